import { defineFeature } from 'app/registry';

/** Its panel stands inside the report's editor. */
export default defineFeature({ name: 'check' });
