// The library asks for it before its own first line runs.
import 'reflect-metadata'

export { X509CertificateGenerator } from '@peculiar/x509'
