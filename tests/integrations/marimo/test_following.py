"""A session's document, followed by what the session tells its browsers."""

import msgspec
import pytest
from marimo._messaging.notebook.changes import SetConfig as MarimoSetConfig
from marimo._messaging.notebook.changes import Transaction as MarimoTransaction
from marimo._messaging.notification import NotebookDocumentTransactionNotification
from marimo._messaging.serde import serialize_kernel_message

from actors.integrations.marimo.following import Following
from actors.integrations.marimo.translate import to_marimo
from actors.notebook import SetCode, SetName, Transaction
from tests.integrations.marimo.marimo_session import Session


@pytest.fixture
def session(tmp_path):
    return Session(tmp_path / "nb.py")


@pytest.fixture
def following(session):
    return Following(session)


def told(session, transaction):
    """Apply a transaction of marimo's; return what browsers are told."""
    applied = session.document.apply(transaction)
    return serialize_kernel_message(NotebookDocumentTransactionNotification(applied))


def texts(document):
    return [cell.code for cell in document.notebook]


def test_an_edit_is_followed_and_told(session, following):
    before = following.document
    edit = Transaction([SetCode(cell_id=session.ids[0], code="a = 2")], "code-mode")
    was, transaction = following.hear(told(session, to_marimo(edit)))
    assert was is before
    assert (transaction.changes, transaction.source) == (edit.changes, "code-mode")
    assert texts(following.document) == session.codes() == ["a = 2", "b = 1", "c = 1"]
    document = following.document
    assert following.now() is document


def test_options_are_followed_in_the_words_of_every_marimo(session, following):
    options = dict.fromkeys(option_names(), False) | {"column": None, "hide_code": True}
    change = MarimoSetConfig(cell_id=session.ids[0], **options)
    before, transaction = following.hear(
        told(session, MarimoTransaction(changes=(change,), source="frontend"))
    )
    assert transaction.source == "frontend"
    assert before.apply(transaction).notebook.cells == session.cells()
    assert session.cells()[0].config.hide_code


def option_names():
    names = {field.name for field in msgspec.structs.fields(MarimoSetConfig)}
    return names - {"cell_id"}


def test_an_edit_that_nobody_told_of_is_noticed(session, following):
    edit = Transaction([SetCode(cell_id=session.ids[0], code="a = 2")])
    session.document.apply(to_marimo(edit))
    assert texts(following.now()) == session.codes()


def test_what_was_missed_is_in_the_next_edit_that_is_told(session, following):
    a, b, _ = session.ids
    session.document.apply(to_marimo(Transaction([SetCode(cell_id=a, code="a = 2")])))
    edit = to_marimo(Transaction([SetName(cell_id=b, name="second")], "code-mode"))
    before, transaction = following.hear(told(session, edit))
    assert texts(before.apply(transaction)) == session.codes()
    assert transaction.source == "code-mode"


def test_other_messages_are_passed_over(following):
    assert following.hear(b'{"op": "cell-op", "code": "notebook-document-transaction"}') is None
