/** `@` completes people, incidents, follow-ups, post-mortems and times. */
import { Extension } from '@tiptap/core';
import { PluginKey } from '@tiptap/pm/state';
import { Suggestion } from '@tiptap/suggestion';
import { colorOf, initials } from '../../kit/people';
import type { IconName } from '../../kit/icons';
import type { EditorContext, MentionHit } from '../context';
import { h, icon } from '../dom';
import { t } from '../strings';
import { SuggestList } from './suggest';

const ICON: Record<string, IconName> = { incident: 'incident', follow_up: 'todo', report: 'doc', time: 'clock' };

export function mentionMenu(ctx: EditorContext): Extension {
    const list = new SuggestList<MentionHit>({
        label: () => t('mention'),
        rows: (p) => p.items.map((item) => ({ item, group: t(`kind_${item.kind}`), build: () => [
            item.kind === 'person' ? h('span', { class: `av w${colorOf({ id: item.id, name: item.label, avatar_color: item.color })}`, 'aria-hidden': 'true' }, initials(item.label)) : icon(ICON[item.kind] ?? 'doc'),
            h('span', { class: 'grow clip' }, item.label), item.note ? h('small', {}, item.note) : null] })),
        empty: (p) => (p.query ? t('mention_none') : t('mention_hint')),
    });
    return Extension.create({
        name: 'mentionMenu',
        addProseMirrorPlugins() {
            let run = 0;
            return [Suggestion<MentionHit>({
                pluginKey: new PluginKey('mentionMenu'),
                editor: this.editor,
                char: '@',
                allowedPrefixes: null,
                allow: ({ state, range }) => state.doc.resolve(range.from).parent.type.name !== 'codeBlock',
                items: async ({ query }) => {
                    const mine = ++run;
                    await new Promise((ok) => setTimeout(ok, query ? 90 : 0));
                    if (mine !== run) return [];
                    try {
                        return await ctx.mentions(query);
                    } catch {
                        return [];
                    }
                },
                command: ({ editor, range, props }) => {
                    const node = props.kind === 'time' ? { type: 'timestamp', attrs: { at: props.at } } : { type: 'mention', attrs: { kind: props.kind, id: props.id, label: props.label } };
                    editor.chain().focus().insertContentAt(range, [node, { type: 'text', text: ' ' }]).run();
                },
                render: () => ({ onStart: list.start, onUpdate: list.update, onExit: list.exit, onKeyDown: list.key }),
            })];
        },
    });
}
