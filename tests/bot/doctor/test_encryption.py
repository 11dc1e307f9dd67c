import os
from pathlib import Path

from bot.doctor.encryption import check_encryption
from bot.doctor.finding import Mark


def device_of(folder: Path, devices: Path) -> Path:
    number = folder.stat().st_dev
    device = devices / f"{os.major(number)}:{os.minor(number)}"
    device.mkdir(parents=True)
    return device


def make_crypt(device: Path) -> None:
    (device / "dm").mkdir(parents=True)
    (device / "dm" / "uuid").write_text("CRYPT-LUKS2-0123-stories\n")


def test_a_dm_crypt_volume_counts_as_encrypted(tmp_path: Path) -> None:
    make_crypt(device_of(tmp_path, tmp_path / "sys"))
    assert check_encryption(tmp_path, devices=tmp_path / "sys").mark is Mark.OK


def test_a_logical_volume_on_an_encrypted_disk_counts_as_encrypted(tmp_path: Path) -> None:
    make_crypt(device_of(tmp_path, tmp_path / "sys") / "slaves" / "dm-0")
    assert check_encryption(tmp_path, devices=tmp_path / "sys").mark is Mark.OK


def test_one_plain_disk_below_a_volume_makes_it_plain(tmp_path: Path) -> None:
    device = device_of(tmp_path, tmp_path / "sys")
    make_crypt(device / "slaves" / "dm-0")
    (device / "slaves" / "sda1").mkdir()
    assert check_encryption(tmp_path, devices=tmp_path / "sys").mark is Mark.WARNING


def test_an_unknown_device_is_a_warning_that_says_what_to_do(tmp_path: Path) -> None:
    found = check_encryption(tmp_path / "not" / "there", devices=tmp_path / "sys")
    assert found.mark is Mark.WARNING
    assert "LUKS" in found.to_do
