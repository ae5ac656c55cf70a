import type { Command } from 'commander'
import { controlKinds, type DetailsDraft, upscaleModes } from '../core/request/operation-details.ts'

/** Options that say what an operation needs to know. */
export interface DetailOptions {
  readonly expand?: string
  readonly scale?: string
  readonly mode?: string
  readonly search?: string
  readonly control?: string
  readonly strength?: string
}

/** Adds the options of operations. */
export const withDetailOptions = (command: Command): Command =>
  command
    .option('--expand <sides>', 'outpaint: pixels to add, left=256,right=256')
    .option('--scale <factor>', 'upscale: how many times longer the edges become, 2 to 16')
    .option('--mode <name>', `upscale: ${upscaleModes.join(', ')}`)
    .option('--search <words>', 'what to find in the picture')
    .option('--control <kind>', `what the picture decides: ${controlKinds.join(', ')}`)
    .option('--strength <share>', 'how much it decides, 0 to 1')

/** The details that options say; values are checked where all surfaces are. */
export const readDetailOptions = (options: DetailOptions): DetailsDraft => ({
  expand: options.expand === undefined ? undefined : readSides(options.expand),
  scale: toNumber(options.scale),
  mode: options.mode,
  search: options.search,
  control: options.control,
  strength: toNumber(options.strength),
})

const toNumber = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text)

/** `left=256,right=256`. */
const readSides = (text: string): NonNullable<DetailsDraft['expand']> =>
  Object.fromEntries(
    text.split(',').map((pair) => {
      const [side = '', pixels] = pair.split('=').map((part) => part.trim())
      return [side, Number(pixels)]
    }),
  )
