//! Names of industrial protocols.

type Names = &'static [(&'static str, u64)];

/// Application function codes of DNP3 (IEEE 1815).
pub(crate) const DNP3_FUNCTIONS: Names = &[
    ("confirm", 0),
    ("read", 1),
    ("write", 2),
    ("select", 3),
    ("operate", 4),
    ("direct_operate", 5),
    ("direct_operate_nr", 6),
    ("immed_freeze", 7),
    ("immed_freeze_nr", 8),
    ("freeze_clear", 9),
    ("freeze_clear_nr", 10),
    ("freeze_at_time", 11),
    ("freeze_at_time_nr", 12),
    ("cold_restart", 13),
    ("warm_restart", 14),
    ("initialize_data", 15),
    ("initialize_appl", 16),
    ("start_appl", 17),
    ("stop_appl", 18),
    ("save_config", 19),
    ("enable_unsolicited", 20),
    ("disable_unsolicited", 21),
    ("assign_class", 22),
    ("delay_measure", 23),
    ("record_current_time", 24),
    ("open_file", 25),
    ("close_file", 26),
    ("delete_file", 27),
    ("get_file_info", 28),
    ("authenticate_file", 29),
    ("abort_file", 30),
    ("activate_config", 31),
    ("authenticate_req", 32),
    ("authenticate_err", 33),
    ("response", 129),
    ("unsolicited_response", 130),
    ("authenticate_resp", 131),
];

/// Internal indications of DNP3, first byte high.
pub(crate) const DNP3_INDICATORS: Names = &[
    ("all_stations", 0x0100),
    ("class_1_events", 0x0200),
    ("class_2_events", 0x0400),
    ("class_3_events", 0x0800),
    ("need_time", 0x1000),
    ("local_control", 0x2000),
    ("device_trouble", 0x4000),
    ("device_restart", 0x8000),
    ("no_func_code_support", 0x0001),
    ("object_unknown", 0x0002),
    ("parameter_error", 0x0004),
    ("event_buffer_overflow", 0x0008),
    ("already_executing", 0x0010),
    ("config_corrupt", 0x0020),
    ("reserved_2", 0x0040),
    ("reserved_1", 0x0080),
];

/// Encapsulation commands of EtherNet/IP.
pub(crate) const ENIP_COMMANDS: Names = &[
    ("nop", 0),
    ("list_services", 4),
    ("list_identity", 99),
    ("list_interfaces", 100),
    ("register_session", 101),
    ("unregister_session", 102),
    ("send_rr_data", 111),
    ("send_unit_data", 112),
    ("indicate_status", 114),
    ("cancel", 115),
];

/// Encapsulation status of EtherNet/IP.
pub(crate) const ENIP_STATUS: Names = &[
    ("success", 0),
    ("invalid_cmd", 1),
    ("no_resources", 2),
    ("incorrect_data", 3),
    ("invalid_session", 100),
    ("invalid_length", 101),
    ("unsupported_prot_rev", 105),
    ("encap_header_error", 106),
];
