import { invalid } from '../../core/errors/gateway-error.ts'
import type { JsonObject } from '../../core/json.ts'
import { normaliseRequest } from '../../core/request/normalise.ts'
import type { BatchWords } from '../../gateway/batch-words.ts'
import type { HttpContext } from '../context.ts'
import { printError } from '../errors.ts'
import { readWith } from '../route.ts'
import { answerFields, keeprateObjectOf, usageOf } from './answer.ts'
import { editBody, generationBody } from './body.ts'
import { toEdit, toGeneration } from './read-wanted.ts'
import { withReferences } from './references.ts'

/** Lines of a batch, read and answered as the image routes read and answer requests. */
export const batchWords = (
  context: Pick<HttpContext, 'gateway' | 'http' | 'links' | 'bodyExtension'>,
): BatchWords => ({
  read: async (endpoint, body, tenant) => {
    const wanted =
      endpoint === '/v1/images/generations'
        ? toGeneration(readWith(generationBody, body), {})
        : await toEdit(readWith(editBody, body), {}, context)
    if (wanted.draft.stream === true) throw invalid('stream', 'A batch does not stream.')
    return normaliseRequest(await withReferences(wanted, tenant, context))
  },
  print: async (body, result, baseUrl) => {
    const isLink = body.response_format === 'url'
    const data = await Promise.all(
      result.images.map(async ({ record, load }) => ({
        ...(isLink
          ? { url: `${baseUrl}${context.links.sign(record.id, result.answeredAt)}` }
          : { b64_json: Buffer.from(await load()).toString('base64') }),
        revised_prompt: record.revisedPrompt,
      })),
    )
    const own = (body.keeprate as JsonObject | undefined)?.body
    const hasBody = own === undefined ? context.bodyExtension : own === 'on'
    return {
      ...answerFields(result),
      data,
      usage: usageOf(result),
      ...(hasBody ? { keeprate: keeprateObjectOf(result) } : {}),
    }
  },
  printError: (error, requestId, baseUrl) => printError(error, requestId, baseUrl),
})
