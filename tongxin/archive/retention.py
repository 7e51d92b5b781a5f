"""Backups expire on the same clock as what is in them."""

from django.conf import settings

from tongxin.people.retention import kept

kept(
    "backups",
    what="数据备份（加密）",
    keep=f"{settings.BACKUP_KEEP_DAYS}天",
    why="机器损坏时能恢复",
    then="自动删除；恢复旧备份时，已注销的人会再次删除",
)
