/** What a block can be turned into: one list for the toolbar, the menu of the handle and the keyboard. */
import type { Editor } from '@tiptap/core';
import type { IconName } from '../../kit/icons';
import { t } from '../strings';
import type { MenuEntry } from './menu';

type Kind = 'text' | 'h1' | 'h2' | 'h3' | 'bullets' | 'numbers' | 'tasks' | 'quote' | 'callout' | 'code_block';
const ICON: Record<Kind, IconName> = { text: 'text', h1: 'heading', h2: 'heading', h3: 'heading', bullets: 'list', numbers: 'olist', tasks: 'todo', quote: 'quote', callout: 'info', code_block: 'code' };
const KEYS: Partial<Record<Kind, string>> = { h1: '#', h2: '##', h3: '###', bullets: '-', numbers: '1.', tasks: '[]', quote: '>', code_block: '```' };
export const BLOCK_KINDS = Object.keys(ICON) as Kind[];

/** What the block of the cursor is. */
export function kindOf(e: Editor): Kind {
    if (e.isActive('heading')) return `h${Math.min(3, Number(e.getAttributes('heading')['level']) || 1)}` as Kind;
    if (e.isActive('codeBlock')) return 'code_block';
    if (e.isActive('bulletList')) return 'bullets';
    if (e.isActive('orderedList')) return 'numbers';
    if (e.isActive('taskList')) return 'tasks';
    if (e.isActive('callout')) return 'callout';
    return e.isActive('blockquote') ? 'quote' : 'text';
}

/** Turns the chosen blocks into another kind; what they were before goes first. */
export function turnInto(e: Editor, kind: Kind): void {
    const was = kindOf(e);
    if (was === kind) return void e.commands.focus();
    const c = () => e.chain().focus();
    if (was === 'bullets') c().toggleBulletList().run();
    else if (was === 'numbers') c().toggleOrderedList().run();
    else if (was === 'tasks') c().toggleTaskList().run();
    else if (was === 'quote') c().lift('blockquote').run();
    else if (was === 'callout') c().lift('callout').run();
    else if (was === 'code_block') c().setParagraph().run();
    if (kind === 'text') c().setParagraph().run();
    else if (kind === 'bullets') c().setParagraph().toggleBulletList().run();
    else if (kind === 'numbers') c().setParagraph().toggleOrderedList().run();
    else if (kind === 'tasks') c().setParagraph().toggleTaskList().run();
    else if (kind === 'quote') c().setParagraph().wrapIn('blockquote').run();
    else if (kind === 'callout') c().setParagraph().wrapIn('callout', { kind: 'info' }).run();
    else if (kind === 'code_block') c().setCodeBlock().run();
    else c().setNode('heading', { level: Number(kind[1]) }).run();
}

/** The choices as entries of a menu; `first` selects what is turned. */
export function turnEntries(e: Editor, first: () => void): MenuEntry[] {
    return BLOCK_KINDS.map((k) => ({ label: t(k), icon: ICON[k], ...(KEYS[k] ? { hint: KEYS[k] } : {}), run: () => {
        first();
        turnInto(e, k);
    } }));
}
