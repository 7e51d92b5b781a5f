// What does not fit on the page as it stands: it scrolls sideways, something sticks out at a side, a button, chip or heading
// does not show all of its words, or (from 375 px on) a short word is broken over two lines. At most eight sentences.
() => {
  const page = document.documentElement, wide = page.clientWidth, wrong = [];
  const words = (element) => (element.textContent || "").replace(/\s+/g, " ").trim();
  const name = (element) => `${element.tagName.toLowerCase()}.${element.classList} "${words(element).slice(0, 24)}"`;
  const scrolls = (element) => {
    for (let up = element; up && up !== document.body; up = up.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true;
    return false;
  };
  const cut = (element) => {
    const style = getComputedStyle(element);
    return (element.scrollWidth > element.clientWidth + 1 && style.overflowX !== "visible")
      || (element.scrollHeight > element.clientHeight + 2 && style.overflowY !== "visible");
  };
  const lines = (element) => { // how many lines the longest run of letters in it takes
    let most = 0;
    for (const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT); texts.nextNode();) {
      if (texts.currentNode.parentElement.closest(".sr-only")) continue;
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      most = Math.max(most, new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size);
    }
    return most;
  };

  if (page.scrollWidth > wide + 1) wrong.push(`the page scrolls sideways: ${page.scrollWidth} > ${wide}`);
  for (const element of document.querySelectorAll("main *, header *, .t-act *")) {
    const box = element.getBoundingClientRect();
    if (!box.width || !box.height || element.closest(".sr-only, .t-skip, svg, dialog:not([open])")) continue;
    if ((box.right > wide + 1 || box.left < -1) && !scrolls(element)) wrong.push(`sticks out: ${name(element)}`);
    if (element.clientWidth && element.matches("button, .btn, .t-chip, .t-tag, h1, h2, h3, legend, label") && cut(element))
      wrong.push(`cut off: ${name(element)}`);
    if (wide >= 375 && element.matches("button, .btn, .t-chip, .t-tag") && words(element).length <= 5 && lines(element) > 1)
      wrong.push(`broken over lines: ${name(element)}`);
  }
  return wrong.slice(0, 8);
}
