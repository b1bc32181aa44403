// Every client's received updates, applied by Yjs: all of a document must end equal, and hold all that was typed.
//     node verify.mjs FOLDER      (DOCUMENT-CLIENT.updates as load.c writes them)
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as Y from 'yjs';

/** What a client ends with: state vector, deletions and the text that was typed. */
function outcome(file) {
    const doc = new Y.Doc();
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length;) {
        const n = bytes.readUInt32LE(at);
        Y.applyUpdate(doc, bytes.subarray(at + 4, at + 4 + n));
        at += 4 + n;
    }
    const text = doc.getText('text').toString();
    const state = Buffer.from(Y.encodeStateAsUpdate(doc)).toString('base64');
    const pending = doc.store.pendingStructs !== null || doc.store.pendingDs !== null;
    doc.destroy();
    return { text, state, pending };
}

/** Gives { documents, clients, units, wrong }. */
export function verify(folder) {
    const documents = new Map();
    for (const name of readdirSync(folder).filter((n) => n.endsWith('.updates'))) {
        const document = name.split('-')[0];
        documents.set(document, [...(documents.get(document) ?? []), name]);
    }
    const result = { documents: documents.size, clients: 0, units: 0, wrong: [] };
    for (const files of documents.values()) {
        const first = outcome(join(folder, files[0]));
        result.units += first.text.length;
        for (const file of files) {
            const one = file === files[0] ? first : outcome(join(folder, file));
            result.clients++;
            if (one.pending || one.text !== first.text || one.state !== first.state) result.wrong.push(file);
        }
    }
    return result;
}

if (process.argv[1] === import.meta.filename) console.log(verify(process.argv[2]));
