"""What the probes of names, links, modes and attributes say."""

import errno
import os
import unicodedata
from pathlib import Path

import attrs
import pytest

from actors.doctor import Level, attributes, clock, links, names
from actors.doctor.calls import Calls
from actors.storage.system_calls import SystemCalls
from tests.doctor.probing import NOT_SUPPORTED, failing, passing_on, tried, with_files


def folding(fold):
    """Return a `stat` that finds a file under each name that folds to its own."""

    def stat(path):
        for found in path.parent.iterdir():
            if fold(found.name) == fold(path.name):
                return found.stat()
        return path.stat()

    return stat


def longest(limit):
    """Return an `open` to which longer names are too long."""

    def is_longer(path, *_):
        return len(os.fsencode(Path(path).name)) > limit

    return with_files(open=passing_on(os.open, but=is_longer, number=errno.ENAMETOOLONG))


@pytest.mark.parametrize("fold", [str.lower, str.upper])
def test_names_that_differ_in_case_alone_may_be_one_file(tmp_path, fold):
    finding = tried(names.case, tmp_path, Calls(stat=folding(fold)))
    assert (finding.level, bool(finding.advice)) == (Level.WARNING, True)
    assert tried(names.case, tmp_path, Calls(stat=folding(str))).level is Level.OK


def test_names_that_differ_in_unicode_form_alone_may_be_one_file(tmp_path):
    calls = Calls(stat=folding(lambda name: unicodedata.normalize("NFC", name)))
    assert tried(names.unicode_names, tmp_path, calls).level is Level.WARNING
    calls = Calls(stat=folding(str))
    assert tried(names.unicode_names, tmp_path, calls).level is Level.OK


def test_names_beyond_ascii_may_be_refused(tmp_path):
    def is_foreign(path, *_):
        return not str(path).isascii()

    calls = with_files(open=passing_on(os.open, but=is_foreign, number=errno.EILSEQ))
    finding = tried(names.unicode_names, tmp_path, calls)
    assert (finding.level, finding.advice) == (Level.WARNING, "use ASCII names")


@pytest.mark.parametrize(
    ("limit", "level"), [(255, Level.OK), (254, Level.NOTE), (143, Level.NOTE), (60, Level.WARNING)]
)
def test_the_longest_name_is_found_by_trying(tmp_path, limit, level):
    finding = tried(names.name_length, tmp_path, longest(limit))
    assert (finding.level, finding.figures["bytes"]) == (level, limit)


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_a_directory_without_links_is_good_enough(tmp_path, number):
    unable = Calls(files=SystemCalls(link=failing(number)), symlink=failing(number))
    for probe in (links.hard_links, links.symbolic_links):
        finding = tried(probe, tmp_path, unable)
        assert (finding.level, os.strerror(number) in finding.found) == (Level.NOTE, True)


def test_what_a_save_does_to_links_is_looked_at(tmp_path):
    finding = tried(links.hard_links, tmp_path)
    assert (finding.level, "written in place" in finding.means) == (Level.OK, True)
    assert tried(links.symbolic_links, tmp_path).level is Level.OK


def test_a_save_that_parts_the_names_of_a_file_is_noted(tmp_path):
    def with_one_name(path, *, dir_fd, follow_symlinks):
        status = os.stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)
        rest = {"st_mtime_ns": status.st_mtime_ns}
        return os.stat_result([*status[:3], 1, *status[4:]], rest)

    finding = tried(links.hard_links, tmp_path, with_files(stat=with_one_name))
    assert (finding.level, "parts the names" in finding.found) == (Level.NOTE, True)


def test_a_save_that_loses_a_link_is_a_warning(tmp_path):
    def blind(path, *, dir_fd, follow_symlinks):
        return os.stat(path, dir_fd=dir_fd)

    finding = tried(links.symbolic_links, tmp_path, with_files(stat=blind))
    assert finding.level is Level.WARNING


def test_a_save_that_keeps_the_mode_is_told_from_one_that_does_not(tmp_path):
    assert tried(links.mode, tmp_path).level is Level.OK
    private = with_files(fchmod=lambda fd, mode: os.fchmod(fd, 0o600))
    finding = tried(links.mode, tmp_path, private)
    assert (finding.level, "becomes mode 600" in finding.found) == (Level.WARNING, True)


def test_a_mount_that_decides_the_mode_is_noted(tmp_path):
    def everybody(path):
        status = path.stat()
        return os.stat_result([status.st_mode | 0o777, *status[1:]])

    finding = tried(links.mode, tmp_path, Calls(stat=everybody))
    assert (finding.level, "has 777" in finding.found) == (Level.NOTE, True)


PROBES = [attributes.access_list, attributes.extended_attribute]


@pytest.mark.parametrize("probe", PROBES)
def test_what_cannot_be_set_cannot_be_lost(tmp_path, probe):
    finding = tried(probe, tmp_path, Calls(setxattr=failing(NOT_SUPPORTED)))
    assert (finding.level, "cannot have them" in finding.found) == (Level.OK, True)


@pytest.mark.parametrize("probe", PROBES)
def test_what_a_save_loses_is_told_from_what_it_keeps(tmp_path, probe):
    kept = {}
    calls = Calls(
        setxattr=lambda path, name, value: kept.update({name: value}),
        getxattr=lambda path, name: kept[name],
    )
    assert tried(probe, tmp_path, calls).level is Level.OK
    lost = attrs.evolve(calls, getxattr=failing(errno.ENODATA))
    assert tried(probe, tmp_path, lost).level is Level.NOTE


def test_new_files_of_a_setgid_folder_have_its_group(tmp_path):
    tmp_path.chmod(0o2755)
    finding = tried(attributes.new_files, tmp_path, Calls(getxattr=failing(errno.ENODATA)))
    assert (finding.level, "setgid" in finding.found) == (Level.OK, True)


def test_a_setgid_folder_without_effect_is_a_warning(tmp_path):
    def stat(path):
        status = path.stat()
        if path != tmp_path:
            return status
        setgid = [status.st_mode | 0o2000, *status[1:5], status.st_gid + 1, *status[6:]]
        return os.stat_result(setgid)

    finding = tried(attributes.new_files, tmp_path, Calls(stat=stat))
    assert (finding.level, bool(finding.advice)) == (Level.WARNING, True)


def test_a_default_access_list_is_told(tmp_path):
    finding = tried(attributes.new_files, tmp_path, Calls(getxattr=lambda path, name: b"list"))
    assert "access list" in finding.found


@pytest.mark.parametrize(
    ("skew", "level", "word"),
    [(0, Level.OK, "this machine's"), (30, Level.WARNING, "behind"), (-30, Level.WARNING, "ahead")],
)
def test_a_file_servers_clock_is_compared_with_ours(tmp_path, skew, level, word):
    calls = Calls()
    finding = tried(clock.clock, tmp_path, Calls(now=lambda: calls.now() + skew))
    assert (finding.level, word in finding.found) == (level, True)
    assert finding.figures["skew_s"] == pytest.approx(-skew, abs=2)


def test_a_clock_far_behind_endangers_what_others_write(tmp_path):
    calls = Calls()
    finding = tried(clock.clock, tmp_path, Calls(now=lambda: calls.now() + 100))
    assert "may make the save of another fail" in finding.means
