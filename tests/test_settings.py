"""Settings: sound defaults, and what makes no sense is refused by name."""

from typing import Any

import attrs
import pytest

from actors import Settings

NAMES = [field.name for field in attrs.fields(Settings) if field.type in {int, float}]
MAY_BE_ZERO = {
    "drain_timeout_s",
    "git_wait_s",
    "history_merge_s",
    "max_restarts",
    "save_quiet_s",
    "storm_window_s",
}


def having(name: str, value: Any) -> Settings:
    return Settings(**{name: value})


def test_by_default_only_what_agents_do_is_saved():
    assert Settings().persist_sources == {"code-mode"}


def test_sources_are_taken_from_any_iterable_and_kept_as_a_set():
    sources = Settings(persist_sources=["host", "code-mode", "host"]).persist_sources
    assert sources == frozenset({"host", "code-mode"})
    assert isinstance(sources, frozenset)


def test_one_source_is_not_taken_for_its_letters():
    assert Settings(persist_sources="host").persist_sources == {"host"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-1, float("nan")])
def test_negative_times_and_sizes_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name} must be "):
        having(name, value)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in MAY_BE_ZERO])
def test_zero_is_refused_where_nothing_would_ever_happen(name):
    with pytest.raises(ValueError, match=f"^{name} must be more than 0, not 0$"):
        having(name, 0)


@pytest.mark.parametrize("name", sorted(MAY_BE_ZERO))
def test_zero_is_fine_where_it_means_none(name):
    assert getattr(having(name, 0), name) == 0


def test_the_longest_retry_delay_is_not_shorter_than_the_first():
    with pytest.raises(ValueError, match=r"retry_max_s \(1\) must not be less than retry_min_s"):
        Settings(retry_min_s=2, retry_max_s=1)
    assert Settings(retry_min_s=2, retry_max_s=2).retry_max_s == 2


def test_the_longest_delay_of_a_save_is_not_shorter_than_the_quiet_period():
    with pytest.raises(
        ValueError, match=r"save_max_delay_s \(1\) must not be less than save_quiet"
    ):
        Settings(save_quiet_s=2, save_max_delay_s=1)
    assert Settings(save_quiet_s=2, save_max_delay_s=2).save_max_delay_s == 2


def test_each_file_thread_has_a_codegen_of_its_own():
    assert Settings().codegen_actors >= Settings().file_threads


def test_settings_are_values():
    assert Settings(codegen_actors=3) == attrs.evolve(Settings(), codegen_actors=3)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        Settings().codegen_actors = 3  # type: ignore[misc]
