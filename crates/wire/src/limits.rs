//! Every limit of this crate, in one place.

/// Packets found inside one captured frame (the outer one and those tunnelled in it).
pub const LAYERED_PACKETS_MAX: usize = 8;
/// VLAN tags remembered per packet; more are skipped and reported.
pub const VLAN_TAGS_MAX: usize = 3;
/// Anomalies remembered per packet.
pub const PACKET_ANOMALIES_MAX: usize = 8;

/// Records (and questions) read per DNS message; a message with more is malformed.
pub const DNS_RECORDS_MAX: usize = 1024;
/// Bytes of names and data kept per DNS message, pointers expanded.
pub const DNS_TEXT_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a name, dotted; the rest of a longer one is left out and reported.
pub const DNS_NAME_BYTES_MAX: usize = 1025;
/// Labels per name.
pub const DNS_LABELS_MAX: usize = 255;
/// Pointers followed per name.
pub const DNS_POINTERS_MAX: usize = 128;

/// Bytes of a request's or response's first line and headers; what is longer is left out and reported.
pub const HTTP_HEAD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a line before an answer that is passed over; a longer one is a body without a head.
pub const HTTP_JUNK_LINE_BYTES_MAX: usize = 1024;
/// Headers of one message.
pub const HTTP_HEADERS_MAX: usize = 1024;
/// Bytes of one header above which it is reported.
pub const HTTP_FIELD_BYTES_USUAL_MAX: usize = 18_000;
/// Requests waiting for their answer; the oldest is given up for more.
pub const HTTP_TRANSACTIONS_MAX: usize = 64;
/// Bytes that all transactions of a conversation hold together; the oldest is given up for more.
pub const HTTP_HELD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Decoded bytes of a body that rules look into.
pub const HTTP_BODY_INSPECTED_BYTES_MAX: usize = 100 * 1024;
/// Codings of a body, one around the other.
pub const HTTP_CODINGS_MAX: usize = 3;
/// Codings that a header names above which it is reported.
pub const HTTP_CODINGS_USUAL_MAX: usize = 2;
/// Bytes that a coded body may grow to, whatever the ratio.
pub const INFLATED_BYTES_FREE: u64 = 4 * 1024 * 1024;
/// Growth above which a body larger than that is a bomb.
pub const INFLATE_RATIO_MAX: u64 = 200;
/// Bytes that a coded body may grow to at most.
pub const INFLATED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Bytes of a gzip header (with name and comment).
pub const GZIP_HEADER_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a chunk's size line.
pub const HTTP_CHUNK_LINE_BYTES_MAX: usize = 4 * 1024;
/// Bytes of the headers of one part of a form.
pub const HTTP_PART_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Bytes kept of a tunnel that the server has not yet agreed to.
pub const HTTP_TUNNEL_HELD_BYTES_MAX: usize = 64 * 1024;

/// Bytes of handshake messages held per direction (a certificate chain is the longest).
pub const TLS_HANDSHAKE_BYTES_MAX: usize = 128 * 1024;
/// Length of a record that is still believed (RFC 8446, 5.2, and some room).
pub const TLS_RECORD_BYTES_MAX: usize = 16_384 + 2_048;
/// Certificates of a chain.
pub const TLS_CERTIFICATES_MAX: usize = 32;
/// Extensions of a hello.
pub const TLS_EXTENSIONS_MAX: usize = 256;
/// Names of protocols or hosts in a hello or certificate.
pub const TLS_NAMES_MAX: usize = 256;

/// Bytes of an SSH identification line; RFC 4253 allows 255.
pub const SSH_BANNER_BYTES_MAX: usize = 255;
/// Bytes that a server may say before its identification line.
pub const SSH_PREAMBLE_BYTES_MAX: usize = 8 * 1024;
/// Bytes of a key exchange message that are read.
pub const SSH_KEY_EXCHANGE_BYTES_MAX: usize = 64 * 1024;
/// Options of a DHCP message.
pub const DHCP_OPTIONS_MAX: usize = 128;
/// Names in a NetBIOS message.
pub const NBNS_NAMES_MAX: usize = 64;

/// Bytes of a SIP message's first line and headers.
pub const SIP_HEAD_BYTES_MAX: usize = 16 * 1024;
/// Headers of a SIP message; more are left out.
pub const SIP_HEADERS_MAX: usize = 256;
/// Bytes of a SIP message's body that are waited for; the rest is passed over.
pub const SIP_BODY_BYTES_MAX: usize = 32 * 1024;
/// Lines read of a description of media.
pub const SDP_LINES_MAX: usize = 512;
/// Messages and multiparts inside one another.
pub const MIME_DEPTH_MAX: usize = 32;
/// Bytes of a boundary that is heeded (RFC 2046 allows 70; some use more).
pub const MIME_BOUNDARY_BYTES_MAX: usize = 254;
/// Bytes of an attachment's name above which it is reported.
pub const MIME_FILE_NAME_BYTES_USUAL_MAX: usize = 255;
/// Bytes of one header, name and value unfolded; the rest is left out.
pub const MIME_HEADER_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a message's text in which addresses are looked for.
pub const MIME_TEXT_BYTES_MAX: usize = 256 * 1024;
/// Items of a list in a header.
pub const MIME_LIST_ITEMS_MAX: usize = 1024;

/// Bytes of a line that are held; a longer one comes in pieces, and is reported where it is a
/// command or an answer.
pub const TEXT_LINE_BYTES_MAX: usize = 4096;
/// Commands of a client that wait for their answers.
pub const TEXT_COMMANDS_WAITING_MAX: usize = 256;

/// Messages of an SMTP conversation that wait for the server's answer; of more, the oldest is told without it.
pub const SMTP_UNANSWERED_MAX: usize = 16;
/// Recipients of a message that are kept.
pub const SMTP_RECIPIENTS_MAX: usize = 1024;
/// Headers of a message that are kept.
pub const MIME_KEPT_HEADERS_MAX: usize = 256;
/// Bytes of headers of a message that are kept.
pub const MIME_KEPT_HEADER_BYTES_MAX: usize = 64 * 1024;
/// Attachments of a message that are named.
pub const MIME_ATTACHMENTS_MAX: usize = 256;
/// Addresses of web pages in a message that are kept.
pub const MIME_URLS_MAX: usize = 256;
/// Attachments of a message that are told to have ended together with it.
pub const FILES_CLOSED_LATE_MAX: usize = 32;
/// Decoded bytes of an attachment that rules look into.
pub const MIME_FILE_INSPECTED_BYTES_MAX: usize = 100 * 1024;
/// Bytes of all attachments of a message that rules look into.
pub const MIME_FILES_INSPECTED_BYTES_MAX: usize = 1024 * 1024;

/// Commands of FTP that wait for their answers.
pub const FTP_COMMANDS_WAITING_MAX: usize = 256;
/// Lines of answers to one command that are kept.
pub const FTP_REPLIES_MAX: usize = 512;
/// Bytes of them.
pub const FTP_REPLY_BYTES_MAX: usize = 32 * 1024;
/// Bytes of a file moved by FTP that rules look into.
pub const FTP_FILE_INSPECTED_BYTES_MAX: usize = 100 * 1024;

/// Words of a POP3 command that are kept.
pub const POP3_ARGUMENTS_MAX: usize = 16;
/// Further lines of a POP3 answer that are kept.
pub const POP3_DATA_LINES_MAX: usize = 128;
/// Bytes of a file's name in TFTP that are kept.
pub const TFTP_NAME_BYTES_MAX: usize = 1024;

/// Names of objects kept of an SNMP message.
pub const SNMP_VARIABLES_MAX: usize = 256;
/// Bytes of a name or reason in RFB; longer ones are cut.
pub const RFB_TEXT_BYTES_MAX: usize = 4 * 1024;
/// Bytes of a key in RFB that is still believed.
pub const RFB_KEY_BYTES_MAX: usize = 2 * 1024;
/// Bytes in RFB that one side says before it is its turn.
pub const RFB_EARLY_BYTES_MAX: usize = 8 * 1024;
/// Bytes of an MQTT message; of a longer one only the length is told.
pub const MQTT_MESSAGE_BYTES_MAX: u64 = 256 * 1024;
/// Topics and properties of an MQTT message.
pub const MQTT_ITEMS_MAX: usize = 256;
/// Messages of MQTT that wait for their answer; the oldest is given up for more.
pub const MQTT_TRANSACTIONS_MAX: usize = 128;
/// Bytes that those hold together.
pub const MQTT_HELD_BYTES_MAX: usize = 1024 * 1024;
/// Payloads, proposals, algorithms and vendors of an IKE message.
pub const IKE_ITEMS_MAX: usize = 64;
/// Bytes kept of a key, nonce or vendor in IKE.
pub const IKE_VALUE_BYTES_MAX: usize = 2 * 1024;
/// Virtual channels of an RDP client.
pub const RDP_CHANNELS_MAX: usize = 31;
/// Packets of RDP that are looked at; the way in is over by then.
pub const RDP_PACKETS_MAX: u32 = 64;
/// Values within each other in bencoding.
pub const BENCODE_DEPTH_MAX: usize = 16;
/// Values of a bencoded datagram.
pub const BENCODE_ITEMS_MAX: usize = 1024;
/// Nodes kept of an answer of BitTorrent's table.
pub const BITTORRENT_NODES_MAX: usize = 64;
/// Requests of Modbus waiting for their answer; the oldest is given up for more.
pub const MODBUS_TRANSACTIONS_MAX: usize = 256;
/// Parameters, notes and answers kept of one request to PostgreSQL.
pub const PGSQL_ITEMS_MAX: usize = 128;
/// Bytes of a PostgreSQL message that are waited for; the rest is passed over.
pub const PGSQL_MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a MySQL packet that are waited for; the rest is passed over.
pub const MYSQL_PACKET_BYTES_MAX: usize = 32 * 1024;
/// Bytes kept of a name or query in MySQL.
pub const MYSQL_TEXT_BYTES_MAX: usize = 16 * 1024;
/// Items, messages and attributes of an EtherNet/IP message.
pub const ENIP_ITEMS_MAX: usize = 64;
/// Requests of EtherNet/IP waiting for their answer; the oldest is given up for more.
pub const ENIP_TRANSACTIONS_MAX: usize = 128;
/// Headers of objects read of a DNP3 message.
pub const DNP3_OBJECTS_MAX: usize = 128;
/// Bytes of a DNP3 message put together from frames.
pub const DNP3_FRAGMENT_BYTES_MAX: usize = 64 * 1024;

/// Bytes of a line of the protocol to copy.
pub const TEMPLATE_LINE_BYTES_MAX: usize = 1024;

/// Bytes of the dynamic table of header fields, per direction.
pub const HTTP2_TABLE_BYTES_MAX: usize = 64 * 1024;
/// Header fields of one block.
pub const HTTP2_FIELDS_MAX: usize = 1024;
/// Bytes of header fields of one block, decoded.
pub const HTTP2_HEADER_BYTES_MAX: usize = 128 * 1024;
/// Bytes of a header block as it travels, with its continuations.
pub const HTTP2_BLOCK_BYTES_MAX: usize = 64 * 1024;
/// CONTINUATION frames of a header block; more are a flood.
pub const HTTP2_CONTINUATIONS_MAX: u32 = 64;
/// Bytes of a frame above which it is reported; but for DATA, longer ones are passed over.
pub const HTTP2_FRAME_BYTES_MAX: u32 = 64 * 1024;
/// Bytes of a frame that rules over frames look into.
pub const HTTP2_FRAME_SHOWN_BYTES_MAX: usize = 4 * 1024;
/// Streams open at a time; the oldest is given up for more.
pub const HTTP2_STREAMS_MAX: usize = 512;
/// Bytes that all streams of a conversation hold together; the oldest is given up for more.
pub const HTTP2_HELD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Frames of a stream whose numbers are kept, per direction.
pub const HTTP2_FRAMES_KEPT_MAX: usize = 128;
/// Streams that a client may open and reset; more are a rapid reset.
pub const HTTP2_RESETS_MAX: u32 = 100;
/// Bytes of a DNS message in HTTP (RFC 8484, 6).
pub const HTTP2_DNS_BYTES_MAX: u64 = 65_535;

/// Bytes of the handshake of QUIC held per direction.
pub const QUIC_HANDSHAKE_BYTES_MAX: usize = 64 * 1024;
/// Pieces of a handshake that came before their turn.
pub const QUIC_PIECES_MAX: usize = 128;
/// Packets of one datagram.
pub const QUIC_PACKETS_MAX: usize = 16;
/// Datagrams of a conversation that are looked at.
pub const QUIC_DATAGRAMS_MAX: u32 = 64;
/// Tags in the hello of Google's QUIC.
pub const QUIC_TAGS_MAX: usize = 128;

/// Bytes of a message of WebSocket that are kept, unpacked.
pub const WEBSOCKET_MESSAGE_BYTES_MAX: usize = 65_535;

/// Bytes of a text in an NTLM message that are kept.
pub const NTLMSSP_TEXT_BYTES_MAX: usize = 1024;
/// Values that a server adds to its challenge.
pub const NTLMSSP_PAIRS_MAX: usize = 32;

/// Interfaces offered in one DCERPC bind, and kept of a conversation.
pub const DCERPC_CONTEXTS_MAX: usize = 64;
/// DCERPC calls of a conversation that wait for their answer or the rest of their fragments; the
/// oldest is given up for more.
pub const DCERPC_CALLS_MAX: usize = 64;
/// Bytes of stub data of one direction of a call that rules look into.
pub const DCERPC_STUB_BYTES_MAX: usize = 256 * 1024;
/// Bytes of stub data that all calls of a conversation hold together.
pub const DCERPC_HELD_BYTES_MAX: usize = 1024 * 1024;

/// Parts of a Kerberos name.
pub const KRB5_NAME_PARTS_MAX: usize = 16;
/// Proofs looked at beside a Kerberos request.
pub const KRB5_PROOFS_MAX: usize = 16;
/// Encryptions kept that a Kerberos client offers.
pub const KRB5_ENCRYPTIONS_MAX: usize = 32;

/// Bytes of an SMB message that are held until it is whole, the data of reads and writes apart; of a longer one the
/// rest is passed over.
pub const SMB_MESSAGE_BYTES_MAX: usize = 128 * 1024;
/// Depth of elements in a security token.
pub const SMB_TOKEN_DEPTH_MAX: usize = 12;
/// SMB requests that wait for their answer; the oldest is given up for more.
pub const SMB_TRANSACTIONS_MAX: usize = 256;
/// Reads (and transactions over pipes) that wait for their answer; the oldest is forgotten for more.
pub const SMB_READS_MAX: usize = 1024;
/// SMB transactions whose data comes in several messages; the oldest is forgotten for more.
pub const SMB_SPLIT_TRANSACTIONS_MAX: usize = 64;
/// Shares remembered of a conversation; the one with the lowest number is forgotten for more.
pub const SMB_TREES_MAX: usize = 256;
/// Open files remembered of a conversation; the one with the lowest handle is given up for more.
pub const SMB_FILES_MAX: usize = 1024;
/// Files of a conversation whose bytes are followed at the same time.
pub const SMB_TRANSFERS_MAX: usize = 64;
/// Commands of one SMB1 message.
pub const SMB_ANDX_MAX: usize = 16;
/// Dialects that a client offers.
pub const SMB_DIALECTS_MAX: usize = 64;
/// Bytes of a name of a share or file that are kept.
pub const SMB_NAME_BYTES_MAX: usize = 2048;
/// First bytes of a file that rules look into.
pub const SMB_FILE_INSPECTED_BYTES_MAX: usize = 100 * 1024;
/// Bytes of all files of a conversation that wait for others before them.
pub const SMB_WAITING_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Bytes of a file that came before their turn and wait (SMB, NFS).
pub const SCATTERED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Stretches of such a file that wait.
pub const SCATTERED_PIECES_MAX: usize = 64;

/// Bytes of an NFS message that are held until it is whole; of a longer one the bytes of a file are passed on, the rest
/// is passed over.
pub const NFS_MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// Length of a part of a record that is still believed.
pub const NFS_RECORD_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Bytes kept of a name in NFS.
pub const NFS_NAME_BYTES_MAX: usize = 1024;
/// Bytes of a handle in NFS (RFC 7530: 128).
pub const NFS_HANDLE_BYTES_MAX: usize = 128;
/// Entries read of one listing of a directory.
pub const NFS_ENTRIES_MAX: usize = 256;
/// Operations read of one call of NFS version 4.
pub const NFS_OPERATIONS_MAX: usize = 64;
/// Calls of NFS that wait for their answer; the oldest is given up for more.
pub const NFS_CALLS_MAX: usize = 256;
/// Files of a conversation that pass or have passed; the oldest is given up for more.
pub const NFS_FILES_MAX: usize = 64;
/// Handles whose names are remembered; the oldest is forgotten for more.
pub const NFS_NAMES_MAX: usize = 1024;
/// First bytes of a file that rules look into.
pub const NFS_FILE_INSPECTED_BYTES_MAX: usize = 100 * 1024;
/// Bytes of all files of a conversation that came before their turn and wait.
pub const NFS_HELD_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Bytes of a Kerberos message that are read; of a longer one the rest is passed over.
pub const KRB5_MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Bytes of an LDAP message that are read; of a longer one the rest is passed over.
pub const LDAP_MESSAGE_BYTES_MAX: usize = 256 * 1024;
/// LDAP requests that wait for their answer; the oldest is given up for more.
pub const LDAP_TRANSACTIONS_MAX: usize = 128;
/// Answers to one LDAP request that are kept; more are counted.
pub const LDAP_RESPONSES_MAX: usize = 64;
/// Values in the answers to one LDAP request that are kept.
pub const LDAP_RESPONSE_VALUES_MAX: usize = 512;
/// Attributes, values or parts of a filter in one list.
pub const LDAP_LIST_MAX: usize = 128;
/// Bytes of a value that are kept.
pub const LDAP_VALUE_BYTES_MAX: usize = 1024;
/// Depth of a filter.
pub const LDAP_FILTER_DEPTH_MAX: usize = 16;
