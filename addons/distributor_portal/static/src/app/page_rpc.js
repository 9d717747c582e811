import { rpc } from "@web/core/network/rpc";

/** The member that the page was made for: in another window the user may act for another by now. */
export function getActingFor() {
    return document.querySelector("input[name=acting_for]")?.value || "";
}

/** As Odoo's rpc, for that member. */
export function pageRpc(url, params, options) {
    return rpc(url, { ...params, acting_for: getActingFor() }, options);
}
