import { testProvider } from '../../testing/test-provider.ts'
import openai from './index.ts'
import sandbox from './sandbox.ts'

testProvider(openai, sandbox, { fixtures: new URL('./fixtures/', import.meta.url) })
