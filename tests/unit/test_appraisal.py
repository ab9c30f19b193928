"""What programmes seem to prevent counts what an institution knows that it does itself."""

import numpy as np
import pytest

from model.parameters import build_parameters
from model.rules.appraisal import judged, preventable
from model.rules.effects import reach
from model.rules.table import ADVISED, CONSENT, DRIVER, ROWS, STATUS
from model.world import Floats


def states(status: float) -> Floats:
    """Two states that exclude, the second of them advised."""
    s = np.zeros((ROWS, 2))
    s[DRIVER : DRIVER + 3], s[CONSENT : CONSENT + 3], s[STATUS], s[STATUS + 2] = 0.5, 0.4, status, 40.0
    s[ADVISED, 1] = 1.0
    return s


def worth(status: float, **values: float) -> Floats:
    """Preventable harm of each instrument in both (3, 2), as a department believes that errs nowhere."""
    s, p = states(status), build_parameters({"unknown_consent": 0.0, **values})
    truth, nothing, harm, need = np.full((3, 2), -2.0), np.zeros((3, 2)), np.empty((4, 2)), np.empty((3, 2))
    scale, people, r = np.full(2, 5.0), np.zeros(2), reach(p)
    known = s[STATUS : STATUS + 4].copy()
    preventable(0, truth[:2].copy(), s, known, truth, scale, nothing, people, p, r, harm)
    judged(s, truth, scale, np.ones((3, 2)), people, p, r, np.empty(2), need)
    assert harm[:3] == pytest.approx(need)
    return need


def test_work_on_forces_is_worth_more_where_the_advisory_team_makes_them_answer() -> None:
    harmful = {"security_on_onset": -0.5, "unaccountable_security_on_onset": 1.0}
    plain, advised = worth(0.0, advice_effect=0.8, **harmful).T
    assert advised[0] > plain[0]
    assert advised[1:] == pytest.approx(plain[1:])
    one, other = worth(0.0, advice_effect=0.0, **harmful).T
    assert one == pytest.approx(other)


def test_who_goes_without_consent_in_a_war_counts_on_it() -> None:
    ends = {"security_on_ending": 0.5}
    granted, protected = worth(2.0, **ends), worth(2.0, protection=0.8, **ends)
    assert protected[0] == pytest.approx(2.0 * granted[0])
    assert (protected[1:] == granted[1:]).all()
    assert (worth(1.0, protection=0.8, **ends) == worth(1.0, **ends)).all()
    assert (worth(2.0, protection=0.3, **ends) == granted).all()
