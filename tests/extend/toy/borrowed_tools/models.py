from django.db import models

from peyvand.flow.need.models import Need


class Loan(models.Model):
    personal_data = "indirect"

    need = models.OneToOneField(Need, primary_key=True, on_delete=models.PROTECT, related_name="+")
    tool = models.CharField(max_length=40)
