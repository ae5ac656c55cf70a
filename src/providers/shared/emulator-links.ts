import type { Drawing, EmulatorAnswer, EmulatorKit, EmulatorRequest } from './emulator.ts'
import { kept } from './emulator-state.ts'

/** Links and their pictures that are kept; the oldest are forgotten. */
const MAX_LINKS = 500
/** Where pictures lie, below the emulator's address. */
export const DELIVERY = '/delivery/'

/** The pictures that links of an emulator lead to. */
const linksOf = (kit: EmulatorKit): Map<string, Drawing> =>
  kept(kit, 'links', () => new Map<string, Drawing>())

/** A link to a picture, which is drawn when it is fetched. */
export function linkTo({ baseUrl }: EmulatorRequest, kit: EmulatorKit, drawing: Drawing): string {
  const links = linksOf(kit)
  const id = kit.hexId(32)
  links.set(id, drawing)
  for (const oldest of links.keys()) {
    if (links.size <= MAX_LINKS) break
    links.delete(oldest)
  }
  return `${baseUrl}${DELIVERY}${id}`
}

const refuse = (status: number, body: string): EmulatorAnswer => ({
  status,
  headers: { 'content-type': 'text/plain' },
  body,
})

/** The delivery host; it refuses whoever shows it a credential, so that a leak fails every test. */
export async function deliverLink(
  { headers, path }: EmulatorRequest,
  kit: EmulatorKit,
): Promise<EmulatorAnswer> {
  if (headers.authorization !== undefined) return refuse(400, 'No credential is wanted here')
  const drawing = linksOf(kit).get(path.slice(path.indexOf(DELIVERY) + DELIVERY.length))
  if (drawing === undefined) return refuse(404, 'Not found')
  const contentType = { 'content-type': `image/${drawing.format}` }
  return { status: 200, headers: contentType, body: await kit.draw(drawing) }
}
