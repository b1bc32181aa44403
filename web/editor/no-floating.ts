/** Stands in for a library by which @tiptap/suggestion can place popups. Ours are placed by kit/popover; nothing asks for more than the settings. */
export const offset = (): object => ({});
export const flip = (): object => ({});
export const computePosition = (): Promise<never> => Promise.reject(new Error('popups are placed by kit/popover'));
export const autoUpdate = (): (() => void) => () => {};
