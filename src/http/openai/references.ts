import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { isId } from '../../core/ids.ts'
import type { InputImage, Reference } from '../../core/request/image-request.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { RequestDraft } from '../../core/request/request-draft.ts'
import { GROUP_MARK, storedReferences } from '../../gateway/references.ts'
import type { HttpContext } from '../context.ts'
import { readLink } from './input-images.ts'
import type { Wanted } from './read-wanted.ts'

/**
 * The draft of what a route read, with the pictures that its own are to be like: what was sent
 * along, what lies behind data URLs and links, and what is stored already.
 * @throws GatewayError 400 for what names no picture, 404 for what the tenant does not have.
 */
export async function withReferences(
  { draft, extras: { references: names } }: Pick<Wanted, 'draft' | 'extras'>,
  tenant: string,
  context: Pick<HttpContext, 'gateway' | 'http' | 'links'>,
): Promise<RequestDraft> {
  const sent = draft.references ?? []
  if (names === undefined && sent.length === 0) return draft
  const brought: Reference[] = [...sent]
  const stored: string[] = []
  for (const [index, name] of (names ?? []).entries()) {
    const param = `references[${index}]`
    if (isId('img', name) || name.startsWith(GROUP_MARK)) stored.push(name)
    else if (URL.canParse(name)) brought.push(await fetched(name, param, context))
    else {
      const message =
        `${param} must be the id of a picture (img_…), ${GROUP_MARK} and a group's name, ` +
        'a data URL or a link.'
      throw invalid(param, message)
    }
  }
  const room = requestLimits.maxReferences - brought.length
  const known = await storedReferences(stored, { tenant, room }, context.gateway.deps)
  return { ...draft, references: [...brought.map(toReference), ...known] }
}

async function fetched(
  url: string,
  param: string,
  context: Pick<HttpContext, 'gateway' | 'http' | 'links'>,
): Promise<InputImage> {
  const image = await readLink(url, param, context)
  const { maxReferenceBytes } = requestLimits
  if (image.byteLength <= maxReferenceBytes) return image
  const message = `${param} is larger than ${maxReferenceBytes / 2 ** 20} MB.`
  throw new GatewayError('image_too_large', message, { param })
}

const toReference = ({ digest, format }: Reference): Reference => ({ digest, format })
