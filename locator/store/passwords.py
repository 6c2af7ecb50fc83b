"""Which passwords are taken, and how they are kept: what can be guessed is refused, whatever signs it is made of."""

from __future__ import annotations

from werkzeug.security import generate_password_hash

from locator._errors import InputError, Text

SHORTEST, LONGEST = 12, 128
# OWASP's least for scrypt at 32 MiB; 0.2 s a log-in on the machine that this was measured on.
METHOD = "scrypt:32768:8:3"
# Fewer guesses than this are tried in seconds, once a store was stolen.
_FEWEST_GUESSES = 10**8
# Words that whoever knows what this is would try first.
_OURS = ("locator", "steward", "gonghui", "yizhan", "union")
# The estimate takes quadratic time.
_LOOKED_AT = 72


def hashed(password: str, name: str) -> str:
    """Return what is kept of somebody's password.

    Parameters
    ----------
    password
        As typed, 12 to 128 characters; nothing is cut off and no kind of sign is demanded.
    name
        Whose it is: a password made of it is refused.

    Raises
    ------
    InputError
        Too short, too long, or one of those that are tried first.
    """
    # Blanks in a row are one: "a" and eleven blanks are no password.
    if not (len(" ".join(password.split())) >= SHORTEST and len(password) <= LONGEST):
        raise _refused(
            f"密码要 {SHORTEST}–{LONGEST} 个字符", f"a password has {SHORTEST}-{LONGEST} characters"
        )
    if _is_common(password, name):
        raise _refused(
            "这个密码太容易猜：常用的词、键盘上相邻的键、连号或名字；换几个不相干的词",
            "this password is easily guessed (common words, neighbouring keys, runs, or the name): take a few unrelated words",
        )
    return generate_password_hash(password, METHOD)


def _is_common(password: str, name: str) -> bool:
    """Return whether a password is among the leaked ones, or a variation that guessing programs try."""
    from zxcvbn import zxcvbn  # noqa: PLC0415  its lists take 50 ms that only a new password needs

    found = zxcvbn(password[:_LOOKED_AT], user_inputs=[name, *_OURS])
    return int(found["guesses"]) < _FEWEST_GUESSES


def _refused(zh: str, en: str) -> InputError:
    return InputError("password", None, Text(zh, en))  # it is not repeated
