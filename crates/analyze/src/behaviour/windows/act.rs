//! What one machine does to another by Windows' remote administration, and what each deed is worth as evidence.

use event::{Communication, Severity, Stage};
use serde::{Deserialize, Serialize};

/// A deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Act {
    ShareOpened,
    ShareRefused,
    ProgramPut,
    ProgramFetched,
    ServicesOpened,
    ServiceCreated,
    ServiceChanged,
    ServiceStarted,
    TasksOpened,
    TaskCreated,
    TaskStarted,
    RegistryWritten,
    RegistrySaved,
    WmiOpened,
    WmiExecuted,
    ObjectInvoked,
    ToolPipeOpened,
    SecretsReplicated,
    DirectoryAsked,
    ReplicaAdded,
    MachineLogOn,
    MachinePasswordSet,
    EncryptionPipeOpened,
    LogOnCoerced,
    ShadowCopiesAsked,
    PrinterNotificationAsked,
    PrinterDriverAdded,
    SecretsRead,
    AccountCreated,
    AccountsListed,
    SharesListed,
    SessionsListed,
    EndpointsListed,
}

/// What a deed is worth.
pub(super) struct Worth {
    act: Act,
    /// Detector id.
    pub id: &'static str,
    /// Belief that it is an attack, seen once, without history.
    pub confidence: f32,
    pub severity: Severity,
    pub technique: &'static [&'static str],
    /// It makes the other machine run something.
    pub executes: bool,
    /// What was done.
    pub ja: &'static str,
    pub en: &'static str,
}

impl Act {
    /// Lists what there is, rather than changing it.
    pub fn is_look_around(self) -> bool {
        matches!(
            self,
            Self::AccountsListed
                | Self::SharesListed
                | Self::SessionsListed
                | Self::EndpointsListed
        )
    }

    /// What it shows.
    pub fn communication(self) -> (Communication, Stage) {
        if self.is_look_around() {
            (Communication::ReconAccess, Stage::Reconnaissance)
        } else {
            (Communication::LateralMovement, Stage::LateralMovement)
        }
    }

    /// What it is worth; None for what counts only together with other deeds.
    pub fn worth(self) -> Option<&'static Worth> {
        WORTHS.iter().find(|worth| worth.act == self)
    }
}

const HIGH: Severity = Severity::High;
const MEDIUM: Severity = Severity::Medium;

static WORTHS: [Worth; 30] = [
    Worth {
        act: Act::ShareOpened,
        id: "admin_share",
        confidence: 0.38,
        severity: MEDIUM,
        technique: &["T1021.002"],
        executes: false,
        ja: "管理用の共有フォルダ（C$、ADMIN$ など）を開きました",
        en: "opened an administrative share (C$, ADMIN$ or the like)",
    },
    Worth {
        act: Act::ShareRefused,
        id: "admin_share_refused",
        confidence: 0.42,
        severity: MEDIUM,
        technique: &["T1021.002"],
        executes: false,
        ja: "管理用の共有フォルダ（C$、ADMIN$ など）を開こうとして拒否されました",
        en: "tried to open an administrative share and was refused",
    },
    Worth {
        act: Act::ProgramPut,
        id: "program_on_admin_share",
        confidence: 0.66,
        severity: HIGH,
        technique: &["T1570", "T1021.002"],
        executes: true,
        ja: "管理用の共有フォルダへプログラムを書き込みました",
        en: "wrote a program to an administrative share",
    },
    Worth {
        act: Act::ProgramFetched,
        id: "program_from_admin_share",
        confidence: 0.52,
        severity: MEDIUM,
        technique: &["T1570", "T1021.002"],
        executes: false,
        ja: "管理用の共有フォルダからプログラムを取り出しました",
        en: "fetched a program from an administrative share",
    },
    Worth {
        act: Act::ServicesOpened,
        id: "remote_services_opened",
        confidence: 0.28,
        severity: MEDIUM,
        technique: &["T1021.002"],
        executes: false,
        ja: "サービスの管理機能を遠隔から開きました",
        en: "opened the control of services from afar",
    },
    Worth {
        act: Act::ServiceCreated,
        id: "remote_service",
        confidence: 0.58,
        severity: HIGH,
        technique: &["T1569.002", "T1543.003", "T1021.002"],
        executes: true,
        ja: "サービス（自動で動くプログラム）を遠隔から登録しました",
        en: "created a service (a program that runs by itself) from afar",
    },
    Worth {
        act: Act::ServiceChanged,
        id: "remote_service_changed",
        confidence: 0.5,
        severity: MEDIUM,
        technique: &["T1569.002", "T1543.003"],
        executes: true,
        ja: "既存のサービスの設定を遠隔から書き換えました",
        en: "changed what a service runs from afar",
    },
    Worth {
        act: Act::ServiceStarted,
        id: "remote_service_started",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1569.002"],
        executes: true,
        ja: "サービスを遠隔から起動しました",
        en: "started a service from afar",
    },
    Worth {
        act: Act::TasksOpened,
        id: "remote_tasks_opened",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1053.005"],
        executes: false,
        ja: "タスクの予約機能を遠隔から開きました",
        en: "opened the scheduler of tasks from afar",
    },
    Worth {
        act: Act::TaskCreated,
        id: "remote_task",
        confidence: 0.58,
        severity: HIGH,
        technique: &["T1053.005"],
        executes: true,
        ja: "タスク（指定した時に動くプログラム）を遠隔から登録しました",
        en: "registered a scheduled task from afar",
    },
    Worth {
        act: Act::TaskStarted,
        id: "remote_task_started",
        confidence: 0.35,
        severity: MEDIUM,
        technique: &["T1053.005"],
        executes: true,
        ja: "タスクを遠隔から起動しました",
        en: "started a scheduled task from afar",
    },
    Worth {
        act: Act::RegistryWritten,
        id: "remote_registry",
        confidence: 0.46,
        severity: MEDIUM,
        technique: &["T1112", "T1021.002"],
        executes: false,
        ja: "レジストリ（Windows の設定）を遠隔から書き換えました",
        en: "changed the registry from afar",
    },
    Worth {
        act: Act::RegistrySaved,
        id: "remote_registry_saved",
        confidence: 0.72,
        severity: HIGH,
        technique: &["T1003.002", "T1003.004"],
        executes: false,
        ja: "レジストリを遠隔からファイルへ書き出しました（パスワード情報を盗む手口です）",
        en: "saved parts of the registry to a file from afar, which is how stored passwords are taken",
    },
    Worth {
        act: Act::WmiOpened,
        id: "remote_wmi_opened",
        confidence: 0.28,
        severity: MEDIUM,
        technique: &["T1047"],
        executes: false,
        ja: "WMI（遠隔管理機能）に接続しました",
        en: "connected to WMI, the management of Windows from afar",
    },
    Worth {
        act: Act::WmiExecuted,
        id: "remote_wmi",
        confidence: 0.56,
        severity: HIGH,
        technique: &["T1047"],
        executes: true,
        ja: "WMI（遠隔管理機能）で命令を実行しました",
        en: "carried out a method by WMI, the management of Windows from afar",
    },
    Worth {
        act: Act::ObjectInvoked,
        id: "remote_object",
        confidence: 0.56,
        severity: HIGH,
        technique: &["T1021.003"],
        executes: true,
        ja: "DCOM のオブジェクトを遠隔から操作し、命令を実行できる状態にしました",
        en: "drove an automation object (DCOM) from afar, by which programs are started",
    },
    Worth {
        act: Act::ToolPipeOpened,
        id: "remote_tool_pipe",
        confidence: 0.72,
        severity: HIGH,
        technique: &["T1569.002", "T1021.002"],
        executes: true,
        ja: "遠隔実行ツールが使うパイプを開きました",
        en: "opened a pipe that tools for remote execution use",
    },
    Worth {
        act: Act::SecretsReplicated,
        id: "dcsync",
        confidence: 0.45,
        severity: HIGH,
        technique: &["T1003.006"],
        executes: false,
        ja: "ドメインコントローラーではない機器が、パスワード情報を含むディレクトリの複製を要求しました（DCSync）",
        en: "asked a domain controller to replicate the directory with its password hashes, though it has not been seen to be a controller itself (DCSync)",
    },
    Worth {
        act: Act::ReplicaAdded,
        id: "dcshadow",
        confidence: 0.62,
        severity: HIGH,
        technique: &["T1207"],
        executes: false,
        ja: "ドメインコントローラーではない機器が、自身を複製相手として登録しました（DCShadow）",
        en: "registered itself as a partner of replication, though it has not been seen to be a controller (DCShadow)",
    },
    Worth {
        act: Act::EncryptionPipeOpened,
        id: "efs_pipe",
        confidence: 0.42,
        severity: MEDIUM,
        technique: &["T1187"],
        executes: false,
        ja: "暗号化ファイルシステムの遠隔機能を開きました（他の機器に認証を強要する手口で使われます）",
        en: "opened the remote side of the encrypting file system, which is used to force log-ons",
    },
    Worth {
        act: Act::LogOnCoerced,
        id: "coerced_logon",
        confidence: 0.66,
        severity: HIGH,
        technique: &["T1187"],
        executes: false,
        ja: "サーバーに、指定した相手への認証を強要する命令を送りました（PetitPotam などの手口）",
        en: "sent a call that makes a server log on to a machine of the caller's choice (as PetitPotam and DFSCoerce do)",
    },
    Worth {
        act: Act::ShadowCopiesAsked,
        id: "coerced_logon_shadow",
        confidence: 0.48,
        severity: MEDIUM,
        technique: &["T1187"],
        executes: false,
        ja: "シャドウコピーの遠隔機能で、サーバーに指定した相手への接続を指示しました",
        en: "made a server look at a share of the caller's choice by the shadow-copy service",
    },
    Worth {
        act: Act::PrinterNotificationAsked,
        id: "coerced_logon_printer",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1187"],
        executes: false,
        ja: "印刷サービスに、変更通知の送り先を登録しました",
        en: "asked the print service to notify a machine of changes",
    },
    Worth {
        act: Act::PrinterDriverAdded,
        id: "printer_driver",
        confidence: 0.6,
        severity: HIGH,
        technique: &["T1068", "T1547.012"],
        executes: true,
        ja: "印刷サービスに、遠隔からドライバー（プログラム）を追加しました（PrintNightmare で使われる操作です）",
        en: "added a printer driver, which is a program, to a print service from afar (what PrintNightmare does)",
    },
    Worth {
        act: Act::SecretsRead,
        id: "secrets_read",
        confidence: 0.5,
        severity: HIGH,
        technique: &["T1003.004"],
        executes: false,
        ja: "LSA に保存された秘密情報を遠隔から読み出しました",
        en: "read private data of the security authority (LSA) from afar",
    },
    Worth {
        act: Act::AccountCreated,
        id: "account_created",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1136.002"],
        executes: false,
        ja: "ドメインにアカウントを作成しました",
        en: "created an account in the domain",
    },
    Worth {
        act: Act::AccountsListed,
        id: "accounts_listed",
        confidence: 0.2,
        severity: MEDIUM,
        technique: &["T1087.002", "T1069.002"],
        executes: false,
        ja: "利用者やグループの一覧を取得しました",
        en: "listed users or groups",
    },
    Worth {
        act: Act::SharesListed,
        id: "shares_listed",
        confidence: 0.15,
        severity: MEDIUM,
        technique: &["T1135"],
        executes: false,
        ja: "共有フォルダの一覧を取得しました",
        en: "listed shared folders",
    },
    Worth {
        act: Act::SessionsListed,
        id: "sessions_listed",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1049", "T1033"],
        executes: false,
        ja: "誰がログオンしているかを調べました",
        en: "asked who is logged on",
    },
    Worth {
        act: Act::EndpointsListed,
        id: "endpoints_listed",
        confidence: 0.3,
        severity: MEDIUM,
        technique: &["T1046"],
        executes: false,
        ja: "遠隔機能の一覧を取得しました",
        en: "listed everything that can be called from afar",
    },
];
