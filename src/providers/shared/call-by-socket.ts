import { failure } from '../../core/errors/provider-failure.ts'
import type { HttpAnswer, SocketMessage } from '../../ports/http-client.ts'
import type { CallContext, ProviderCall } from '../../ports/provider.ts'
import type { WireOutcome } from './definition.ts'
import { newsTeller } from './job-news.ts'
import { fromTransportError, isUnsent, type Line, transportLimits } from './transport.ts'

/**
 * Makes a call by a socket where somebody wants to hear of it. Undefined when nobody does, or when
 * it cannot be opened: nothing was sent then, and the usual request can be made.
 */
export async function callBySocket(
  line: Line,
  asked: { readonly call: ProviderCall; readonly context: CallContext; readonly limitMs: number },
  before: readonly HttpAnswer[],
): Promise<WireOutcome | undefined> {
  const { call, context, limitMs } = asked
  const { definition, http, baseUrl, addresses } = line
  const rule = definition.flow.kind === 'sync' ? definition.flow.socket : undefined
  const isWanted = context.onProgress !== undefined || (call.partialImages ?? 0) > 0
  if (rule === undefined || http.listen === undefined || !isWanted) return undefined
  const tell = newsTeller(call, context)
  const messages: unknown[] = []
  const onMessage = (text: SocketMessage): void => {
    const message = parsed(text)
    const news = rule.newsOf(message, call)
    news.forEach(tell)
    // What is news is no part of the answer, and previews are many.
    if (news.length === 0) messages.push(message)
  }
  const { url, greeting } = rule.toSocket(call, before)
  const request = {
    url: `${baseUrl}${url}`,
    headers: definition.authorize(line.apiKey),
    ...{ greeting, addresses, signal: context.signal ?? new AbortController().signal },
    openMs: transportLimits.socketOpenMs,
    maxMessages: transportLimits.maxSocketMessages,
    totalMs: limitMs,
  }
  const broken = await http.listen(request, onMessage).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (broken !== undefined && isUnsent(broken.error)) return undefined
  const answer = { status: 200, headers: {}, json: rule.toJson(messages), images: [] }
  const outcome = definition.fromWire(answer, call)
  // A picture that came is there, whatever broke off after it.
  if (outcome.kind === 'produced') return outcome
  if (broken !== undefined) return { kind: 'failed', failure: fromTransportError(broken.error) }
  if (context.signal?.aborted !== true) return outcome
  return { kind: 'failed', failure: failure('timeout_unknown', 'given up by the caller') }
}

function parsed(message: SocketMessage): unknown {
  try {
    return typeof message === 'string' ? JSON.parse(message) : undefined
  } catch {
    return undefined
  }
}
