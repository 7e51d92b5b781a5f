"""Pictures of every page of the demo as each of its people, for those who look after how it looks. Run by bin/shots."""
