/** A bare `node:http` server that answers given bytes: what every ratio is measured against. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const body = Buffer.from(process.argv[2] ?? '')
const server = createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => {
    response.writeHead(200, ['content-type', 'text/xml', 'content-length', String(body.length)])
    response.end(body)
  })
})
server.listen(0, '127.0.0.1', () => {
  console.log(`ready ${(server.address() as AddressInfo).port}`)
})
