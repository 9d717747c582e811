/** The arithmetic of engine/reorder.py for the page: steps are pairs [from this quantity, price of one]. */

export function findStep(steps, qty) {
    return steps.reduce((best, step) => (step[0] <= qty && step[0] >= best[0] ? step : best), steps[0]);
}

/** The nearest step above `qty` that is cheaper than what `qty` costs. */
export function nextStep(steps, qty) {
    const price = findStep(steps, qty)[1];
    return steps.filter((step) => step[0] > qty && step[1] < price).sort((a, b) => a[0] - b[0])[0];
}

/** The nearest quantity not below `qty` that may be ordered, or the most there may be. */
export function fitUp(terms, qty) {
    const pack = terms.multiple || 0;
    const least = Math.max(qty, terms.minimum);
    const fitting = pack ? Math.ceil(least / pack) * pack : least;
    if (terms.maximum && fitting > terms.maximum) {
        return pack ? Math.floor(terms.maximum / pack) * pack : terms.maximum;
    }
    return fitting;
}

export function stepUp(terms, qty) {
    const pack = terms.multiple || 1;
    return fitUp(terms, Math.floor(qty / pack) * pack + pack);
}

export function stepDown(terms, qty) {
    const pack = terms.multiple || 1;
    const next = Math.max(0, Math.ceil(qty / pack) * pack - pack);
    return next < terms.minimum ? 0 : next;
}
