import { bookFileSchema } from '../../src/config/book-file.ts'
import type { GeneratedFile } from './generated-file.ts'
import { toJsonSchema } from './json-schema.ts'
import { jsonText } from './json-text.ts'

/** `docs/price-book.schema.json`: what editors need to check and complete a price book. */
export function bookSchemaDocument(): GeneratedFile {
  const schema = {
    title: 'Price book',
    description: 'A price book of Keeprate. Generated from src/config/book-file.ts; do not edit.',
    ...toJsonSchema(bookFileSchema),
  }
  return { path: 'docs/price-book.schema.json', content: jsonText(schema) }
}
