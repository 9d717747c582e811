/** The public page works without this; with it, a consumer may share where it is. */
(() => {
    const box = document.getElementById("place");
    if (!box || !navigator.geolocation || !window.isSecureContext) {
        return;
    }
    const button = box.querySelector("button");
    const said = box.querySelector(".said");
    box.hidden = false;
    const end = (text) => {
        said.textContent = text;
        button.hidden = true;
    };
    button.addEventListener("click", () => {
        button.disabled = true;
        navigator.geolocation.getCurrentPosition(async ({ coords }) => {
            const { latitude, longitude, accuracy } = coords;
            const answer = await fetch("/channel/code/place", {
                method: "POST",
                credentials: "omit",
                headers: { "Content-Type": "application/json" },
                body: JSON.stringify({ token: box.dataset.token, latitude, longitude, accuracy }),
            }).catch(() => null);
            end(answer && answer.ok ? said.dataset.thanks : said.dataset.no);
        }, () => end(said.dataset.no), { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 });
    });
})();
