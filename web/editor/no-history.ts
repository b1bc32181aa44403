/** TipTap's own undo, which the starter kit brings along and the editor leaves out (`undoRedo: false`): undo is Yjs's (binding.ts). The build puts this in its place. */
const never = (): never => {
    throw new Error('undo is the work of the binding');
};
export const history = never, undo = never, redo = never;
