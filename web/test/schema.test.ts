import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getSchema } from '@tiptap/core';
import { initProseMirrorDoc, prosemirrorJSONToYXmlFragment, yXmlFragmentToProseMirrorRootNode } from '@tiptap/y-tiptap';
import * as Y from 'yjs';
import type { EditorContext } from '../editor/context';
import { pieces } from '../editor/schema';
import { sections } from '../editor/nodes/heading';
import { snapshotOf } from '../editor/nodes/live-block';

const schema = getSchema(pieces({ incidents: () => [] } as unknown as EditorContext).flatMap((p) => p.extensions));

/** The contract with the server: node or mark, and its attributes. */
const NODES: Record<string, string[]> = {
    doc: [], paragraph: [], heading: ['level', 'section', 'guide', 'required'], bulletList: [], orderedList: ['start'], listItem: [], taskList: [], taskItem: ['checked'],
    blockquote: [], codeBlock: ['language'], horizontalRule: [], hardBreak: [], image: ['src', 'alt', 'title', 'width', 'height', 'caption', 'align', 'comments'], table: ['comments'], tableRow: [],
    tableHeader: ['colspan', 'rowspan', 'colwidth'], tableCell: ['colspan', 'rowspan', 'colwidth'], callout: ['kind'], details: ['open'], detailsSummary: [], detailsContent: [],
    mention: ['kind', 'id', 'label'], timestamp: ['at'], evidence: ['kind', 'id', 'title', 'at', 'url'], liveBlock: ['kind', 'incident', 'options', 'comments'], paragraphBreak: ['inserted', 'suggested'],
};
const MARKS: Record<string, string[]> = { bold: [], italic: [], strike: [], underline: [], code: [], link: ['href'], highlight: [], comment: ['id'], unsupported: ['why'], insertion: ['user', 'name', 'at'], deletion: ['user', 'name', 'at'], proposed: ['user', 'name', 'at', 'mark', 'on', 'attrs'] };

const text = (t: string, ...marks: object[]) => ({ type: 'text', text: t, ...(marks.length ? { marks } : {}) });
const p = (...content: object[]) => ({ type: 'paragraph', ...(content.length ? { content } : {}) });
const all = {
    type: 'doc', content: [
        { type: 'heading', attrs: { level: 2, section: 'summary', guide: 'What happened?', required: true }, content: [text('Summary')] },
        p(text('a '), text('b', { type: 'bold' }, { type: 'italic' }), text('c', { type: 'link', attrs: { href: 'https://a.example' } }), { type: 'hardBreak' },
            { type: 'mention', attrs: { kind: 'person', id: 'u1', label: 'Ines' } }, { type: 'timestamp', attrs: { at: '2026-11-10T13:07:30.000Z' } },
            { type: 'evidence', attrs: { kind: 'alert', id: 'a1', title: 'LedgerQueueDepth', at: null, url: null } }, text('d', { type: 'comment', attrs: { id: 'c1' } })),
        { type: 'bulletList', content: [{ type: 'listItem', content: [p(text('x')), { type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [p(text('y'))] }] }] }] },
        { type: 'taskList', content: [{ type: 'taskItem', attrs: { checked: true }, content: [p(text('z'))] }] },
        { type: 'blockquote', content: [p(text('q'))] }, { type: 'codeBlock', attrs: { language: 'yaml' }, content: [text('a: '), text('1', { type: 'comment', attrs: { id: 'c2' } })] }, { type: 'horizontalRule' },
        { type: 'image', attrs: { src: '/files/1', alt: 'graph', width: 320, caption: 'wait', align: 'left' } },
        { type: 'table', content: [{ type: 'tableRow', content: [{ type: 'tableHeader', attrs: { colspan: 1, rowspan: 1, colwidth: [120] }, content: [p(text('h'))] }] }, { type: 'tableRow', content: [{ type: 'tableCell', content: [p()] }] }] },
        { type: 'callout', attrs: { kind: 'warning' }, content: [p(text('w'))] },
        { type: 'details', attrs: { open: true }, content: [{ type: 'detailsSummary', content: [text('s')] }, { type: 'detailsContent', content: [p(text('t'))] }] },
        { type: 'liveBlock', attrs: { kind: 'timeline', incident: 'INC-42', options: { starred: true } } },
        { type: 'heading', attrs: { level: 2, section: 'lucky', guide: 'And luck?' }, content: [text('Luck')] }, p(),
    ],
};

describe('the schema', () => {
    it('knows every node and mark of the contract, with its attributes', () => {
        for (const [name, attrs] of Object.entries(NODES)) for (const a of attrs) assert.ok(a in (schema.nodes[name]?.spec.attrs ?? {}), `${name}.${a}`);
        for (const name of Object.keys(NODES)) assert.ok(schema.nodes[name], name);
        for (const n of Object.values(schema.nodes)) if (!['doc', 'text', 'detailsSummary', 'detailsContent'].includes(n.name)) for (const a of ['inserted', 'suggested']) assert.ok(a in (n.spec.attrs ?? {}), `${n.name}.${a}`);
        for (const [name, attrs] of Object.entries(MARKS)) for (const a of attrs) assert.ok(a in (schema.marks[name]?.spec.attrs ?? {}), `${name}.${a}`);
        for (const name of Object.keys(MARKS)) assert.ok(schema.marks[name], name);
    });

    it('allows what comments and suggestions mark wherever there is text, since the binding deletes blocks with marks it must not have', () => {
        for (const n of Object.values(schema.nodes)) if (n.isTextblock) for (const m of ['comment', 'insertion', 'deletion', 'proposed', 'unsupported']) assert.ok(n.allowsMarkType(schema.marks[m]!), `${m} in ${n.name}`);
    });

    it('brings a document through Yjs and back unchanged', () => {
        const doc = new Y.Doc();
        const fragment = prosemirrorJSONToYXmlFragment(schema, all, doc.getXmlFragment('default'));
        const copy = new Y.Doc();
        Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
        const back = yXmlFragmentToProseMirrorRootNode(copy.getXmlFragment('default'), schema);
        back.check();
        assert.equal(back.toString(), yXmlFragmentToProseMirrorRootNode(fragment, schema).toString());
        assert.equal(back.childCount, all.content.length);
    });

    it('loads a document without changing it', () => {
        const doc = new Y.Doc();
        const fragment = prosemirrorJSONToYXmlFragment(schema, all, doc.getXmlFragment('default'));
        const before = Y.encodeStateVector(doc);
        initProseMirrorDoc(fragment, schema).doc.check();
        assert.deepEqual(Y.encodeStateVector(doc), before);
    });

    it('tells empty sections from written ones', () => {
        const list = sections(schema.nodeFromJSON(all));
        assert.deepEqual(list.map((s) => [s.title, s.key, s.empty, s.required]), [['Summary', 'summary', false, true], ['Luck', 'lucky', true, false]]);
    });

    it('makes a snapshot that is a proper table', () => {
        const [table] = snapshotOf({ head: ['Time', 'Event'], rows: [[{ text: '14:07' }, { text: '' }]] });
        const node = schema.nodeFromJSON(table);
        node.check();
        assert.equal(node.childCount, 2);
        schema.nodeFromJSON(snapshotOf({ head: [], rows: [] })[0]).check();
    });
});
