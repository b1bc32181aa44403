import { defineFeature } from 'app/registry';

/** Its screens stand inside the report's. */
export default defineFeature({ name: 'review' });
