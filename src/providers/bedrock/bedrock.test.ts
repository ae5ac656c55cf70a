import { testProvider } from '../../testing/test-provider.ts'
import bedrock from './index.ts'
import emulator from './sandbox.ts'

testProvider(bedrock, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
