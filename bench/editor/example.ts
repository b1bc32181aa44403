/** The yardstick: TipTap's collaborative example as its documentation writes it, with the blocks that the document has. */
import { Editor, Extension, Node } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { TableKit } from '@tiptap/extension-table';
import { Collaboration } from '@tiptap/extension-collaboration';
import { yCursorPlugin } from '@tiptap/y-tiptap';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';

const Image = Node.create({
    name: 'image', group: 'block', atom: true,
    addAttributes: () => ({ src: { default: null }, alt: { default: '' }, title: { default: null }, width: { default: null }, height: { default: null }, caption: { default: null }, align: { default: null } }),
    parseHTML: () => [{ tag: 'img[src]' }],
    renderHTML: ({ node }) => ['img', { src: node.attrs['src'], alt: node.attrs['alt'] }],
});

const doc = new Y.Doc();
const element = document.querySelector<HTMLElement>('#editor')!;
const provider = new WebsocketProvider(element.dataset['room']!, 'bench', doc);
/* TipTap's CollaborationCaret is this plugin and no more. */
const Carets = Extension.create({ name: 'carets', addProseMirrorPlugins: () => [yCursorPlugin(provider.awareness)] });
provider.awareness.setLocalStateField('user', { name: 'Writer', color: '#3763b5' });
provider.once('sync', () => {
    const editor = new Editor({
        element,
        extensions: [StarterKit.configure({ undoRedo: false }), TableKit, Image, Collaboration.configure({ document: doc }), Carets],
    });
    Object.assign(window, { editor });
});
