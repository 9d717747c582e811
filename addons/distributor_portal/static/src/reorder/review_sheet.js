import { formatCurrency } from "@web/core/currency";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

import { setFavourite } from "./favourites";
import { findStep, fitUp, nextStep, stepDown, stepUp } from "./terms";

/** Follows the quantities of a sheet at once: amounts, hints, the next price step, total and credit left. */
export class ReviewSheet extends Interaction {
    static selector = ".o_sheet";
    dynamicContent = {
        ".o_sheet_more_of": { "t-on-click": (ev) => this.step(ev, stepUp) },
        ".o_sheet_less": { "t-on-click": (ev) => this.step(ev, stepDown) },
        ".o_sheet_stepper input": { "t-on-input": (ev) => this.follow(ev.target) },
        ".o_sheet_star": { "t-on-click": this.setStar },
        _root: { "t-on-submit": this.onSubmit },
    };

    setup() {
        this.currency = Number(this.el.dataset.currency);
        this.credit = "credit" in this.el.dataset ? Number(this.el.dataset.credit) : null;
    }

    start() {
        this.sumUp();
    }

    row(element) {
        return element.closest(".o_sheet_line");
    }

    money(amount) {
        return formatCurrency(amount, this.currency);
    }

    step(ev, change) {
        const row = this.row(ev.currentTarget);
        const input = row.querySelector("input");
        input.value = change(JSON.parse(row.dataset.terms), Number(input.value) || 0);
        this.follow(input);
    }

    follow(input) {
        const row = this.row(input);
        const terms = JSON.parse(row.dataset.terms);
        const qty = Math.max(0, Number(input.value) || 0);
        const price = findStep(terms.steps, qty)[1];
        row.querySelector(".o_sheet_price").textContent = this.money(price);
        row.querySelector(".o_sheet_amount").textContent = this.money(price * qty);
        // What the server said of another quantity does not hold for this one; its prices of last time do.
        for (const note of row.querySelectorAll(
            ".o_sheet_problem, .o_sheet_note_pack, .o_sheet_note_least, .o_sheet_note_most, .o_sheet_note_stock_less")) {
            note.remove();
        }
        row.querySelector(".o_sheet_hint").textContent = this.problem(terms, qty) || this.advice(terms, qty);
        row.querySelector(".o_sheet_hint").classList.toggle("o_channel_state_hq", Boolean(this.problem(terms, qty)));
        this.sumUp();
    }

    problem(terms, qty) {
        if (!qty) {
            return "";
        }
        if (terms.multiple && qty % terms.multiple) {
            const upper = Math.ceil(qty / terms.multiple) * terms.multiple;
            const lower = upper - terms.multiple;
            return lower ? _t("Packs of %(pack)s: order %(lower)s or %(upper)s.", { pack: terms.multiple, lower, upper })
                : _t("Packs of %(pack)s: order %(upper)s.", { pack: terms.multiple, upper });
        }
        if (terms.minimum && qty < terms.minimum) {
            return _t("At least %s.", terms.minimum);
        }
        if (terms.maximum && qty > terms.maximum) {
            return _t("At most %s in one order.", terms.maximum);
        }
        if (qty > terms.free) {
            return terms.free ? _t("Only %s in stock; headquarters decides on the rest.", terms.free)
                : _t("Out of stock; headquarters decides whether it follows.");
        }
        return "";
    }

    /** The same advice as the server gives: how many more reach the next price, and what that saves. */
    advice(terms, qty) {
        const next = qty && nextStep(terms.steps, qty);
        const reach = next ? fitUp(terms, next[0]) : 0;
        if (!next || reach < next[0]) {
            return "";
        }
        const saved = reach * (findStep(terms.steps, qty)[1] - findStep(terms.steps, reach)[1]);
        const args = { more: reach - qty, price: this.money(next[1]), saved: this.money(saved) };
        return saved > 0 ? _t("%(more)s more and each costs %(price)s: saves %(saved)s.", args)
            : _t("%(more)s more and each costs %(price)s.", args);
    }

    sumUp() {
        let total = 0, taxed = 0, count = 0;
        for (const input of this.el.querySelectorAll(".o_sheet_stepper input")) {
            const qty = Math.max(0, Number(input.value) || 0);
            const terms = JSON.parse(this.row(input).dataset.terms);
            const amount = Math.round(findStep(terms.steps, qty)[1] * qty * 100) / 100;
            total += amount;
            taxed += amount * terms.tax_factor; // credit takes the order with its taxes
            count += qty ? 1 : 0;
        }
        this.el.querySelector(".o_sheet_total").textContent = this.money(total);
        this.el.querySelector(".o_sheet_send").disabled = !count;
        if (this.credit !== null) {
            const left = Math.round((this.credit - taxed) * 100) / 100;
            const isOver = left < 0;
            const credit = this.el.querySelector(".o_sheet_credit");
            credit.classList.toggle("text-danger", isOver);
            credit.textContent = isOver ? _t("more than your credit left, %s", this.money(this.credit))
                : _t("credit left after it %s", this.money(left));
        }
    }

    async setStar(ev) {
        const star = ev.currentTarget;
        const is_favourite = await this.waitFor(
            setFavourite(Number(star.dataset.product), star.getAttribute("aria-pressed") !== "true"));
        star.setAttribute("aria-pressed", is_favourite ? "true" : "false");
        star.querySelector(".fa").className = `fa ${is_favourite ? "fa-star" : "fa-star-o"}`;
    }

    onSubmit() {
        // Greyed only after the browser has read the form: a disabled button would not say where to send it.
        this.waitForTimeout(() => {
            for (const button of this.el.querySelectorAll("button[type=submit]")) {
                button.disabled = true;
            }
        }, 0);
        // Who comes back by the browser's own button finds them as they were.
        this.addListener(window, "pageshow", () => {
            for (const button of this.el.querySelectorAll("button[type=submit]:not([hidden])")) {
                button.disabled = false;
            }
            this.sumUp();
        });
    }
}

registry.category("public.interactions").add("distributor_portal.review_sheet", ReviewSheet);
