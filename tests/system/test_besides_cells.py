"""The header and the options of the app, which hosts hand in and other programs change."""

import pytest

from actors import Merged, Saved, SetAppConfig, SetHeader
from actors.codec import decode_transaction, encode_transaction
from actors.formats import parse
from tests.system.watched_scene import PATH, Watched, text

HEADER = '# /// script\n# dependencies = ["polars"]\n# ///'


@pytest.fixture
def watched():
    watched = Watched()
    yield watched
    watched.autosave.stop()


@pytest.mark.parametrize("suffix", [".py", ".md", ".ipynb"])
def test_options_and_a_header_that_a_host_hands_in_are_in_the_file(watched, suffix):
    watched.notebook.rename(path := PATH.with_suffix(suffix))
    outcome = watched.send(SetAppConfig({"width": "full"}), SetHeader(HEADER)).outcome
    assert isinstance(outcome, Saved)
    held = parse(watched.storage.read(path), suffix)
    assert dict(held.app_config)["width"] == "full"
    assert held.header == HEADER


def test_a_header_that_is_taken_away_is_gone(watched):
    watched.send(SetHeader(HEADER))
    watched.send(SetHeader(None))
    assert watched.storage.read(PATH) == text("a = 1", "b = 1", "c = 1")


def test_a_hosts_options_and_a_package_managers_header_are_merged(watched):
    watched.outside("a = 1", "b = 1", "c = 1", header=HEADER)
    watched.send(SetAppConfig({"width": "full"}))
    held = parse(watched.storage.read(PATH), ".py")
    assert (held.header, held.app_config) == (HEADER, (("width", "full"),))
    assert watched.heard(Merged)[0].transaction.changes == (SetHeader(HEADER),)


def test_options_that_another_program_changed_are_told_on_the_wire(watched):
    data = text("a = 1", "b = 1", "c = 1").replace(b".App(", b'.App(width="full", new=[1]')
    watched.storage.write_outside(PATH, data)
    watched.edit(0, "a = 2")
    (merged,) = watched.heard(Merged)
    assert merged.transaction.changes == (SetAppConfig({"width": "full", "new": [1]}),)
    assert decode_transaction(encode_transaction(merged.transaction)) == merged.transaction


def test_a_change_of_line_ends_alone_is_told_as_no_change(watched):
    watched.storage.write_outside(PATH, text("a = 1", "b = 1", "c = 1").replace(b"\n", b"\r\n"))
    watched.edit(0, "a = 2")
    (merged,) = watched.heard(Merged)
    assert (merged.transaction.changes, merged.version) == ((), 2)
    assert b"a = 2\r\n" in watched.storage.read(PATH)
