/**
 * What the app keeps on the device: one small database of named tables.
 *
 * Every row carries the user it belongs to; nobody reads another's.
 */
const NAME = "channel";
const VERSION = 1;

function open() {
    return new Promise((resolve, reject) => {
        const request = indexedDB.open(NAME, VERSION);
        request.onupgradeneeded = () => {
            request.result.createObjectStore("outbox", { keyPath: "token" });
            request.result.createObjectStore("catalogue", { keyPath: "key" });
        };
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
}

async function run(table, mode, action) {
    const database = await open();
    try {
        return await new Promise((resolve, reject) => {
            const transaction = database.transaction(table, mode);
            const request = action(transaction.objectStore(table));
            transaction.oncomplete = () => resolve(request.result);
            transaction.onabort = transaction.onerror = () => reject(transaction.error);
        });
    } finally {
        database.close();
    }
}

export const store = {
    get: (table, key) => run(table, "readonly", (rows) => rows.get(key)),
    all: (table) => run(table, "readonly", (rows) => rows.getAll()),
    put: (table, row) => run(table, "readwrite", (rows) => rows.put(row)),
    remove: (table, key) => run(table, "readwrite", (rows) => rows.delete(key)),
};

/** Who looks at this page, and for which member: from the frame, so that a tab stays with the one it was opened for. */
export function pageOwner() {
    const { user, member } = document.querySelector(".o_channel_frame")?.dataset || {};
    return { user: user || "", member: member || "" };
}
