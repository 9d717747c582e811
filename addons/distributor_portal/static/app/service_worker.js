/*
 * The service worker of the dealer centre.
 *
 * Assets come from the device: their address changes with their content. Pages come from the network; without it the
 * order pad opens as it was last seen, every other page says what can be done. Only the pad is kept, one person's at a
 * time; answers to what a page asks (POST) never are.
 */
const VERSION = "__VERSION__";
const ASSETS = "channel-assets-1";
const PAGES = "channel-pages-";
const OFFLINE = `channel-offline-${VERSION}`;
const OFFLINE_PAGE = "/my/channel/offline";
const VERSIONED = /^\/web\/assets\/|^\/web\/static\/|^\/distributor_portal\/static\//;
const TEXTS = /^\/website\/translations$/;
const PAD = /^(\/[^/]+)?\/my\/channel\/pad$/;

self.addEventListener("install", (event) => {
    event.waitUntil((async () => {
        await (await caches.open(OFFLINE)).add(new Request(OFFLINE_PAGE, { cache: "reload" }));
        await self.skipWaiting();
    })());
});

self.addEventListener("activate", (event) => {
    event.waitUntil((async () => {
        const old = (await caches.keys()).filter((name) => name.startsWith("channel-offline-") && name !== OFFLINE);
        await Promise.all(old.map((name) => caches.delete(name)));
        await self.clients.claim();
    })());
});

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate") {
        event.respondWith(openPage(request, url));
    } else if (VERSIONED.test(url.pathname)) {
        event.respondWith(openAsset(request));
    } else if (TEXTS.test(url.pathname)) {
        event.respondWith(openTexts(request, url));
    }
});

self.addEventListener("message", (event) => {
    const { type, user, assets, pad } = event.data || {};
    if (type === "forget") {
        event.waitUntil(forgetPages());
    } else if (type === "page") {
        event.waitUntil((async () => {
            await forgetPages(PAGES + user);
            await Promise.all(assets.filter((address) => isOurs(address)).map((address) => openAsset(new Request(address)).catch(() => {})));
            const { texts } = event.data;
            if (texts) {
                await openTexts(new Request(texts), new URL(texts, self.location.origin)).catch(() => {});
            }
            if (pad) {
                await keepPad(pad).catch(() => {});
            }
        })());
    }
});

function isOurs(address) {
    const url = new URL(address);
    return url.origin === self.location.origin && VERSIONED.test(url.pathname);
}

/** Delete the pages kept, but those in the cache `except`. */
async function forgetPages(except = "") {
    const names = (await caches.keys()).filter((name) => name.startsWith(PAGES) && name !== except);
    await Promise.all(names.map((name) => caches.delete(name)));
}

// --- pages

async function openPage(request, url) {
    try {
        const response = await fetch(request);
        if (response.redirected && new URL(response.url).pathname.endsWith("/web/login")) {
            await forgetPages();
        } else if (PAD.test(url.pathname) && !url.search) {
            await storePad(url.pathname, response.clone());
        }
        return response;
    } catch (error) {
        const kept = PAD.test(url.pathname) && await caches.match(url.pathname);
        const page = kept || await caches.match(OFFLINE_PAGE);
        if (page) {
            return page;
        }
        throw error;
    }
}

/** The server says whose page it is; what it does not say so of is not kept. */
async function storePad(path, response) {
    const user = response.headers.get("X-Channel-User");
    if (response.ok && user && !response.redirected) {
        await forgetPages(PAGES + user);
        await (await caches.open(PAGES + user)).put(path, response);
    }
}

async function keepPad(path) {
    await storePad(path, await fetch(path, { credentials: "same-origin" }));
}

// --- assets

async function openAsset(request) {
    const cache = await caches.open(ASSETS);
    const kept = await cache.match(request);
    if (kept) {
        return kept;
    }
    const response = await fetch(request);
    if (response.ok && response.type === "basic") {
        await cache.put(request, response.clone());
        await dropOlder(cache, new URL(request.url));
    }
    return response;
}

/** Of a bundle only the present one is kept. */
async function dropOlder(cache, url) {
    const name = url.pathname.startsWith("/web/assets/") && url.pathname.split("/").pop();
    for (const other of name ? await cache.keys() : []) {
        const { pathname } = new URL(other.url);
        if (pathname !== url.pathname && pathname.endsWith(`/${name}`)) {
            await cache.delete(other);
        }
    }
}

/** The texts of a language: those of the server, without network the last ones seen. */
async function openTexts(request, url) {
    const cache = await caches.open(ASSETS);
    const key = `${url.pathname}?lang=${url.searchParams.get("lang")}`;
    try {
        const response = await fetch(request);
        // With a hash in the address the answer may be no more than "the same as yours".
        if (response.ok && !url.searchParams.get("hash")) {
            await cache.put(key, response.clone());
        }
        return response;
    } catch (error) {
        const kept = await cache.match(key);
        if (kept) {
            return kept;
        }
        throw error;
    }
}
