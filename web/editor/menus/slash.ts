/** `/` opens the menu of blocks. */
import { Extension } from '@tiptap/core';
import { PluginKey } from '@tiptap/pm/state';
import { Suggestion } from '@tiptap/suggestion';
import type { EditorContext, SlashItem } from '../context';
import { h, icon } from '../dom';
import { t } from '../strings';
import { SuggestList } from './suggest';

/** Items that fit what was typed: in the order of the menu, or the best match first once something is typed. */
export function filterSlash(items: SlashItem[], q: string): SlashItem[] {
    const query = q.toLowerCase();
    const order = ['text', 'blocks', 'live'];
    const fit = items.filter((i) => !query || i.label().toLowerCase().includes(query) || i.words.toLowerCase().split(' ').some((w) => w.startsWith(query)));
    const rank = (i: SlashItem) => (i.label().toLowerCase().startsWith(query) ? i.label().length : 100);
    const live = (i: SlashItem) => Number(i.group === 'live');
    return fit.sort((a, b) => (query ? live(a) - live(b) || rank(a) - rank(b) : order.indexOf(a.group) - order.indexOf(b.group)));
}

export function slashMenu(items: SlashItem[], ctx: EditorContext): Extension {
    const list = new SuggestList<SlashItem>({
        label: () => t('group_blocks'),
        rows: (p) => p.items.map((item) => ({ item, group: item.group === 'live' ? t('group_live', { incident: ctx.incidents()[0]?.reference ?? '' }) : p.query ? t('matching', { q: p.query }) : t(`group_${item.group}`),
            build: () => [icon(item.icon), h('span', { class: 'grow' }, item.label()), item.hint ? h('small', {}, item.hint) : null] })),
        empty: () => t('none'),
    });
    return Extension.create({
        name: 'slashMenu',
        addProseMirrorPlugins() {
            return [Suggestion<SlashItem>({
                pluginKey: new PluginKey('slash'),
                editor: this.editor,
                char: '/',
                allow: ({ state, range }) => {
                    const $from = state.doc.resolve(range.from);
                    return $from.parent.type.name === 'paragraph' || $from.parent.type.name === 'heading';
                },
                items: ({ query }) => filterSlash(items.filter((i) => i.group !== 'live' || ctx.incidents().length > 0), query),
                command: ({ editor, range, props }) => props.run(editor, range),
                render: () => ({ onStart: list.start, onUpdate: list.update, onExit: list.exit, onKeyDown: list.key }),
            })];
        },
    });
}
