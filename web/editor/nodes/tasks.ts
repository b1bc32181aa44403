/** Task lists. */
import { TaskItem, TaskList } from '@tiptap/extension-list';
import type { Piece } from '../context';
import { t } from '../strings';

export const tasks: Piece = {
    extensions: [TaskList, TaskItem.configure({ nested: true })],
    slash: [{ id: 'tasks', group: 'text', label: () => t('tasks'), words: 'todo check checklist 任务 待办', icon: 'todo', hint: '[]', run: (e, r) => { e.chain().focus().deleteRange(r).toggleTaskList().run(); } }],
};
