// Reads an OpenAPI 3.1 document on standard input and checks what tools that generate clients stumble over:
// references that lead nowhere, operations of one name, path parameters that are not declared.
import { readFileSync } from 'node:fs';

const page = JSON.parse(readFileSync(0, 'utf8'));
const wrong = [];
const expect = (fine, what) => { if (!fine) wrong.push(what); };
const methods = ['get', 'put', 'post', 'delete', 'patch'];

expect(/^3\.1\./.test(page.openapi ?? ''), `openapi is ${page.openapi}`);
expect(page.info?.title && page.info?.version, 'info needs a title and a version');

function resolve(ref) {
    return ref.slice(2).split('/').reduce((at, key) => at?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], page);
}

function visit(value, where) {
    if (Array.isArray(value)) { value.forEach((v, i) => visit(v, `${where}[${i}]`)); return; }
    if (value === null || typeof value !== 'object') return;
    if (typeof value.$ref === 'string') expect(value.$ref.startsWith('#/') && resolve(value.$ref) !== undefined, `${where}: ${value.$ref} leads nowhere`);
    if (Array.isArray(value.required) && value.properties)
        for (const name of value.required) expect(name in value.properties, `${where}: requires ${name}, which it does not have`);
    for (const [key, v] of Object.entries(value)) visit(v, `${where}.${key}`);
}
visit(page, 'page');

const ids = new Set();
let operations = 0;
for (const [path, item] of Object.entries(page.paths ?? {})) {
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((m) => m[1]);
    for (const method of methods.filter((m) => item[m])) {
        const op = item[method], where = `${method.toUpperCase()} ${path}`;
        operations++;
        expect(op.summary || op.description, `${where} says nothing about itself`);
        expect(Object.keys(op.responses ?? {}).length > 0, `${where} has no responses`);
        if (op.operationId) { expect(!ids.has(op.operationId), `${where}: ${op.operationId} is there twice`); ids.add(op.operationId); }
        const declared = [...(item.parameters ?? []), ...(op.parameters ?? [])].map((p) => (p.$ref ? resolve(p.$ref) : p)).filter((p) => p?.in === 'path').map((p) => p.name);
        for (const name of inPath) expect(declared.includes(name), `${where}: {${name}} is not declared`);
        for (const name of declared) expect(inPath.includes(name), `${where}: ${name} is not in the path`);
    }
}
expect(operations > 20, `only ${operations} operations`);

for (const w of wrong) console.error(w);
console.log(`${operations} operations`);
process.exit(wrong.length ? 1 : 0);
