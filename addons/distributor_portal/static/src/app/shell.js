/** The shell of a page: account menu, light and dark, narrow menu, installing, the service worker. */
import { _t } from "@web/core/l10n/translation";
import { jsToPyLocale } from "@web/core/l10n/utils";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const GROUND = { light: "#ffffff", dark: "#1b232c" };
const dark = window.matchMedia("(prefers-color-scheme: dark)");
let installEvent; // fires once, maybe before anything is shown
window.addEventListener("beforeinstallprompt", (ev) => {
    ev.preventDefault();
    installEvent = ev;
    document.querySelectorAll(".o_channel_install").forEach((button) => (button.hidden = false));
});

function keep(key, value) {
    try {
        localStorage.setItem(key, value);
    } catch {
        // A device without storage forgets it.
    }
}

export class Shell extends Interaction {
    static selector = ".o_channel_frame";
    dynamicContent = {
        "[data-theme-choice]": {
            "t-on-click": this.onTheme,
            "t-att-aria-pressed": (el) => String(el.dataset.themeChoice === document.documentElement.dataset.theme),
        },
        ".o_channel_side_toggle": {
            "t-on-click": this.onSide,
            "t-att-aria-expanded": () => String(document.documentElement.dataset.side !== "narrow"),
        },
        ".o_channel_language": { "t-on-click": this.onLanguage },
        ".o_channel_install": { "t-on-click": this.onInstall },
        ".o_channel_logout": { "t-on-click": this.onLogout },
        _document: { "t-on-click": this.onClickAnywhere, "t-on-keydown": this.onKey },
    };

    setup() {
        this.root = document.documentElement;
        this.account = this.el.querySelector(".o_channel_account");
        if (installEvent || this.isApple) {
            this.el.querySelectorAll(".o_channel_install").forEach((button) => (button.hidden = false));
        }
    }

    start() {
        this.addListener(dark, "change", () => this.paint());
        this.registerWorker().catch(() => {}); // a private window has no worker, and needs none
    }

    // --- looks

    onTheme(ev) {
        this.root.dataset.theme = ev.currentTarget.dataset.themeChoice;
        keep("channel.theme", this.root.dataset.theme);
        this.paint();
    }

    paint() {
        const { theme } = this.root.dataset;
        const mode = theme === "dark" || (theme !== "light" && dark.matches) ? "dark" : "light";
        this.root.dataset.bsTheme = mode;
        document.querySelector("meta[name=theme-color]").content = GROUND[mode];
    }

    onSide() {
        this.root.dataset.side = this.root.dataset.side === "narrow" ? "wide" : "narrow";
        keep("channel.side", this.root.dataset.side);
    }

    // --- the account menu

    onClickAnywhere(ev) {
        if (this.account?.open && !this.account.contains(ev.target)) {
            this.account.open = false;
        }
    }

    onKey(ev) {
        if (ev.key === "Escape" && this.account?.open) {
            this.account.open = false;
            this.account.querySelector("summary").focus();
        }
    }

    onLanguage(ev) {
        document.cookie = `frontend_lang=${ev.currentTarget.dataset.lang}; path=/; max-age=31536000; samesite=lax`;
    }

    /** What the device keeps of this person's pages goes with the person. Orders that wait stay, for this person only. */
    onLogout() {
        navigator.serviceWorker?.controller?.postMessage({ type: "forget" });
    }

    // --- the app

    get isApple() {
        return /iPhone|iPad/.test(navigator.userAgent) && !navigator.standalone;
    }

    async onInstall() {
        if (!installEvent) {
            this.services.notification.add(_t("Tap Share, then “Add to Home Screen”."), { type: "info", sticky: true });
            return;
        }
        await installEvent.prompt();
        installEvent = null;
        this.el.querySelectorAll(".o_channel_install").forEach((button) => (button.hidden = true));
    }

    async registerWorker() {
        const { app, user, canOrder } = this.el.dataset;
        if (!navigator.serviceWorker || !app) {
            return;
        }
        await navigator.serviceWorker.register("/my/channel/service-worker.js", { scope: app });
        const registration = await navigator.serviceWorker.ready;
        const assets = performance.getEntriesByType("resource").map((entry) => entry.name);
        const texts = `/website/translations?lang=${jsToPyLocale(document.documentElement.lang)}`;
        registration.active.postMessage({ type: "page", user, assets, texts, pad: canOrder ? `${app}/pad` : null });
    }
}

registry.category("public.interactions").add("distributor_portal.shell", Shell);
