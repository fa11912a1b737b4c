/** Codes by which Node and OpenSSL say that a server's certificate does not do. */
const form =
  /^(ERR_TLS_CERT_.*|CERT_.*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_.*|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)$/;

export const isCertificateCode = (code: string): boolean => form.test(code);

export const certificateWords = (code: string): string =>
  `the certificate of the server does not fit (${code})`;

export const certificateNext =
  'Look whether a proxy stands in between, and whether the clock of this machine is right; a proxy of your own is made known by NODE_EXTRA_CA_CERTS.';
