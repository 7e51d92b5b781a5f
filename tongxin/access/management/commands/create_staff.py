"""`tongxin create_staff`: the first member of staff on an installation without demo data."""

import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from tongxin.access.policy import STAFF_ROLES, Role
from tongxin.access.staff import create_staff
from tongxin.journal.seals import seal_now
from tongxin.people.models import Person
from tongxin.places.models import Place


class Command(BaseCommand):
    help = "Create a member of staff: tongxin create_staff hejing --name 何静 --role district --place 310107"

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=sorted(STAFF_ROLES), default=Role.ADMIN)
        parser.add_argument("--place", required=True, help="official code of the district, 街镇 or 居村")
        parser.add_argument("--password", help="asked for when left out")

    def handle(self, *, username, name, role, place, password, **options):
        where = Place.objects.filter(code=place, until=None).first()
        if where is None:
            raise CommandError(f"没有代码为{place}的单位，请先用 import_places 导入登记册")
        if Person.objects.filter(username=username).exists():
            raise CommandError(f"用户名{username}已有人用，请换一个")
        password = password or getpass.getpass("密码（至少10位）: ")
        try:
            create_staff(name=name, username=username, password=password, role=role, place=where)
        except ValidationError as problem:
            raise CommandError("；".join(problem.messages)) from None
        seal_now()
        self.stdout.write(
            f"已建立{Role(role).label} {name}（{where.label}）。首次登录：/people/staff/，随后绑定动态口令、换成自己的密码"
        )
