/** The parts of our OpenAPI description that tests read. */
export interface ApiDescription {
  readonly openapi: string
  readonly info: Readonly<Record<'title' | 'version', string>>
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

interface Operation {
  readonly summary: string
  readonly security?: readonly object[]
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema: object }>> }
  readonly responses: Readonly<Record<string, { readonly description: string }>>
}

/** Ids that paths are filled in with. */
export interface KnownIds {
  readonly imageId: string
  readonly requestId: string
  readonly webhookId?: string
  readonly deliveryId?: string
  readonly fileId?: string
  readonly batchId?: string
}

/** Streams that only a client ends; whoever calls everything must not wait for their end. */
export const isEndless = (pattern: string, method: string): boolean =>
  pattern === '/v1/events' && method.toUpperCase() === 'GET'

/** A path that exists, of a pattern of the description. */
export const pathOf = (pattern: string, ids: KnownIds): string =>
  pattern
    .replace('{webhook}', ids.webhookId ?? 'whk_none')
    .replace('{delivery}', ids.deliveryId ?? 'msg_none')
    .replace('{name}', 'gpt-image-2')
    .replace('{id}', idFor(pattern, ids))

function idFor(pattern: string, { imageId, requestId, fileId, batchId }: KnownIds): string {
  if (/\/(?:requests|jobs)\//.test(pattern)) return requestId
  if (pattern.includes('/files/')) return fileId ?? imageId
  return pattern.includes('/batches/') ? (batchId ?? imageId) : imageId
}

/** One operation, as it can be called. */
interface Callable {
  readonly path: string
  readonly pattern: string
  readonly method: string
}

/** The operations of the description, and HEAD beside each GET. */
export const operationsOf = (api: ApiDescription, ids: KnownIds): readonly Callable[] =>
  Object.entries(api.paths).flatMap(([pattern, methods]) =>
    Object.keys(methods)
      .flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
      .map((method) => ({ path: pathOf(pattern, ids), pattern, method })),
  )
