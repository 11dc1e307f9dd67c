"""What `python -m bot doctor` looks at: one small function a check, one line a finding."""

from bot.doctor.examination import run_doctor

__all__ = ["run_doctor"]
