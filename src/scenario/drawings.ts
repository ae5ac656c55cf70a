import type { Drawing } from '../providers/shared/emulator.ts'
import { draw } from '../sandbox/draw.ts'

/** Pictures of one size and format, shown in turn: more than a request can ask for. */
const VARIANTS = 12

/**
 * Draws for a rehearsal, in which thousands of pictures are made and nobody looks at them: the same
 * few again and again, never the same one twice in a row. Broken ones are drawn as they are asked.
 */
export function fewDrawings(): (drawing: Drawing) => Promise<Uint8Array> {
  const drawn = new Map<string, Promise<Uint8Array>>()
  let turn = 0
  return (drawing) => {
    const { width, height, format, blank = false, blurred = false, transparent = false } = drawing
    turn = (turn + 1) % VARIANTS
    const look = [blank, blurred, transparent, drawing.coarseness ?? 0]
    const key = [width, height, format, ...look, turn].join(' ')
    const known = drawn.get(key) ?? draw({ ...drawing, seed: turn }, 'plain')
    drawn.set(key, known)
    return known
  }
}
