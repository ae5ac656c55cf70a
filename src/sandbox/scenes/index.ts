import { city } from './city.ts'
import { discs } from './discs.ts'
import { flowers } from './flowers.ts'
import { hills } from './hills.ts'
import type { Scene } from './scene.ts'
import { tiles } from './tiles.ts'
import { waves } from './waves.ts'

/** All scenes; a picture's seed picks one. The order is part of what a seed means. */
export const scenes: readonly Scene[] = [hills, discs, waves, city, flowers, tiles]
