import { defineFeature } from 'app/registry';
import { PublicLayer } from './public-layer';

export default defineFeature({ name: 'public_version', layer: PublicLayer });
