/** Task lists. */
import { Extension, InputRule } from '@tiptap/core';
import { TaskItem, TaskList } from '@tiptap/extension-list';
import type { Piece } from '../context';
import { t } from '../strings';

/** `- [ ] ` as Markdown writes it: the `- ` has already made a bullet list, the box turns it into a task list. */
const BoxInBullet = Extension.create({
    name: 'boxInBullet',
    addInputRules() {
        return [new InputRule({
            find: /^\[([ xX]?)\]\s$/,
            handler: ({ state, range, match, chain }) => {
                const $from = state.doc.resolve(range.from);
                if ($from.depth < 2 || $from.node(-1).type.name !== 'listItem' || $from.index(-1) !== 0) return null;
                chain().deleteRange(range).toggleTaskList().updateAttributes('taskItem', { checked: /x/i.test(match[1] ?? '') }).run();
                return undefined;
            },
        })];
    },
});

export const tasks: Piece = {
    extensions: [TaskList, TaskItem.configure({ nested: true, a11y: { checkboxLabel: (node) => t('task_label', { text: node.textContent }) } }), BoxInBullet],
    slash: [{ id: 'tasks', group: 'text', label: () => t('tasks'), words: 'todo check checklist 任务 待办', icon: 'todo', hint: '[]', run: (e, r) => { e.chain().focus().deleteRange(r).toggleTaskList().run(); } }],
};
