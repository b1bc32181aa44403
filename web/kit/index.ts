/** The widgets, in one import: `import { Button, Dialog } from 'kit';` */
export * from './button';
export * from './chip';
export * from './combobox';
export * from './dialog';
export * from './field';
export * from './icon';
export { iconMarkup } from './icons';
export * from './menu';
export * from './people';
export * from './pill';
export * from './popover';
export * from './tabs';
export * from './time';
export * from './toast';
export * from './topbar';
export * from './waiting';
