/** What XML-RPC carries, as far as we speak it. Numbers are sent as 32-bit integers; dates and base64 arrive as text. */
export type XmlRpcValue =
  string | number | boolean | null | readonly XmlRpcValue[] | { readonly [member: string]: XmlRpcValue };
