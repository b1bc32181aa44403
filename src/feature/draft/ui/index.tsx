import { defineFeature } from 'app/registry';

export default defineFeature({ name: 'draft' });
