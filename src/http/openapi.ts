import { type ZodType, z } from 'zod'
import type { JsonObject } from '../core/json.ts'
import { keeprateObject } from './keeprate-object.ts'
import type { RouteDefinition } from './route.ts'

const errorSchema: JsonObject = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string' },
        type: { type: 'string' },
        param: { type: ['string', 'null'] },
        code: { type: 'string' },
        doc_url: { type: 'string' },
        request_id: { type: 'string' },
        tried: { type: 'array', items: { type: 'object' } },
      },
    },
  },
}

/** The OpenAPI 3.1 description, made of the same route definitions that the server runs. */
export function describeApi(routes: readonly RouteDefinition[], version: string): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  // Providers are told where to call; nobody else has a use for it.
  for (const route of routes.filter(({ policy }) => policy !== 'provider-signed')) {
    const path = route.url.replace(/:(\w+)/g, '{$1}').replace('*', '{name}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: describeRoute(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keeprate',
      version,
      description:
        "Image generation at the lowest cost per accepted image, behind OpenAI's Images API.",
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: { key: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
    },
  }
}

function describeRoute(route: RouteDefinition): JsonObject {
  const path = [...route.url.matchAll(/:(\w+)|\*/g)].map((match) => ({
    name: match[1] ?? 'name',
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const content = Object.fromEntries(route.answers.map((type) => [type, {}]))
  return {
    summary: route.summary,
    ...(route.policy === 'public' ? {} : { security: [{ key: [] }] }),
    parameters: [
      ...path,
      ...parametersOf('query', route.query),
      ...parametersOf('header', route.headers),
      ...(route.answersLater === true ? [preferParameter] : []),
    ],
    ...bodyOf(route),
    responses: {
      200: { description: 'Success', content },
      ...(route.answersLater === true ? laterResponse : {}),
      default: {
        description: 'Error; see /docs/errors',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

const preferParameter: JsonObject = {
  name: 'Prefer',
  in: 'header',
  required: false,
  schema: { type: 'string', examples: ['respond-async', 'wait=30'] },
}

const laterResponse: JsonObject = {
  202: {
    description: 'Not ready within the wait: the job, which `location` leads to',
    headers: {
      location: { schema: { type: 'string' } },
      'preference-applied': { schema: { type: 'string' } },
    },
    content: { 'application/json': {} },
  },
}

const schemaOf = (schema: ZodType): JsonObject => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest as JsonObject
}

function parametersOf(place: 'query' | 'header', schema: ZodType | undefined): JsonObject[] {
  if (schema === undefined) return []
  const { properties } = schemaOf(schema)
  return Object.entries((properties ?? {}) as JsonObject).map(([name, schema]) => ({
    name,
    in: place,
    required: false,
    schema,
  }))
}

function bodyOf(route: RouteDefinition): JsonObject {
  if (route.body === undefined && route.multipart !== true) return {}
  const form = {
    type: 'object',
    properties: {
      image: { type: 'array', items: { type: 'string', format: 'binary' } },
      mask: { type: 'string', format: 'binary' },
      prompt: { type: 'string' },
      keeprate: {
        type: 'string',
        contentMediaType: 'application/json',
        contentSchema: schemaOf(keeprateObject),
      },
    },
  }
  return {
    requestBody: {
      required: true,
      content: {
        ...(route.body === undefined
          ? {}
          : { 'application/json': { schema: schemaOf(route.body) } }),
        ...(route.multipart === true ? { 'multipart/form-data': { schema: form } } : {}),
      },
    },
  }
}
