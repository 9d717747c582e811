/** Starts Owl and the services on a page of the dealer centre, without the legacy widgets of Odoo's whole frontend. */
import { App, Component, whenReady } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { appTranslateFn } from "@web/core/l10n/translation";
import { pyToJsLocale } from "@web/core/l10n/utils";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { getTemplate } from "@web/core/templates";
import { user } from "@web/core/user";
import { makeEnv, startServices } from "@web/env";

(async () => {
    await whenReady();
    const env = makeEnv();
    await startServices(env);
    Component.env = env;
    luxon.Settings.defaultLocale = pyToJsLocale(user.lang) || browser.navigator.language;
    const app = new App(MainComponentsContainer, {
        getTemplate, env, dev: env.debug, translateFn: appTranslateFn, translatableAttributes: ["data-tooltip"],
    });
    await app.mount(document.body);
    await env.services["public.interactions"].isReady;
    document.body.setAttribute("is-ready", "true");
})();
