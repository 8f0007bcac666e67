//! The back office at the desk: files in and out, cash once, the person as they are after a change of their account.

use super::Desk;
use crate::{
    commands::{Reply, opening::ExportDone},
    notify::Notice,
};
use lanedesk_client::{CallError, Day, ExportFormat, Hub, Import, SiteFormat};
use lanedesk_domain::{
    ids::{CaseId, OrderId},
    money::Fen,
};
use lanedesk_wire::{
    board::Help,
    cash::{Cash, TakeCash},
    problem::{Code, Problem},
    session::Person,
    site::{ImportResult, SiteTable},
};

/// No site file is larger; a hundred thousand passes are a tenth of it.
const LARGEST: usize = 64 * 1024 * 1024;

/// A file of the site that a person chose.
#[derive(Debug, Default)]
pub struct SiteFile {
    /// What it is called, from the header `x-name`; its ending says what it is written as.
    pub name: String,
    /// The table of a sheet, from the header `x-table`.
    pub table: Option<SiteTable>,
    /// Nothing is written, from the header `x-preview`.
    pub preview: bool,
    /// The file, from the raw body.
    pub bytes: Vec<u8>,
}

/// Cash whose record was not answered yet: pressed again it is the same cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CashPressed {
    case: CaseId,
    amount: Fen,
    id: String,
}

impl Desk {
    /// Changes the account, then tells the person as they are now.
    pub async fn renewed<F>(&self, change: impl FnOnce(Hub) -> F) -> Reply<Person>
    where
        F: Future<Output = Result<(), CallError>>,
    {
        self.ask(change).await?;
        let person = self.ask(|hub| async move { hub.person().await }).await?;
        self.state().person = Some(person.clone());
        if let Err(error) = self.store().remember("person", &person).await {
            tracing::warn!(%error, "local store");
        }
        Ok(person)
    }

    /// Takes a file in, or looks at what it would change.
    pub async fn import_site(&self, file: SiteFile) -> Reply<ImportResult> {
        let format = self.format_of(&file)?;
        let import = Import { format, table: file.table.filter(|_| format != SiteFormat::Toml), preview: file.preview };
        let desk = self.clone();
        let told = move |progress| desk.page().import_told(progress);
        self.ask(|hub| async move { hub.import_site(import, file.bytes, told).await }).await
    }

    /// Writes the site, or one of its tables, into a new file.
    pub async fn export_site(&self, format: SiteFormat, table: Option<SiteTable>) -> Reply<Option<ExportDone>> {
        let (chinese, english) = match table {
            None => ("站点", "site".to_owned()),
            Some(SiteTable::Pass) => ("月卡", SiteTable::Pass.word()),
            Some(SiteTable::Lot) => ("停车场", SiteTable::Lot.word()),
            Some(SiteTable::Person) => ("人员", SiteTable::Person.word()),
            Some(other) => ("站点", other.word()),
        };
        let name = self.settings().language.pick(chinese, &english).to_owned();
        let name = format!("{name}-{}.{}", self.today(), format.ending());
        let lines = format == SiteFormat::Csv;
        self.export(&name, lines, |hub| async move { hub.export_site(format, table).await }).await
    }

    /// Writes one day's figures into a new file.
    pub async fn export_morning(&self, day: Day, format: ExportFormat) -> Reply<Option<ExportDone>> {
        let ending = SiteFormat::from(format).ending();
        let name = self.settings().language.pick("晨间指标", "morning");
        let name = format!("{name}-{day}.{ending}");
        let lines = format == ExportFormat::Csv;
        self.export(&name, lines, |hub| async move { hub.export_morning(&day, format).await }).await
    }

    /// Somebody asks for help, or one's own question was answered.
    pub(super) fn help_told(&self, help: &Help) {
        let own = {
            let state = self.state();
            state.person.as_ref().map(|person| person.id.clone()) == Some(help.by.id.clone())
        };
        let name = format!("{} · {}", help.lot.name, help.lane.name);
        match &help.answered_by {
            None if !own => self.notify(&Notice::NeedsHelp { name: &name, by: &help.by.name }),
            Some(by) if own => self.notify(&Notice::Helped { name: &name, by: &by.name }),
            _ => {}
        }
    }

    /// Records cash. The id stays until the hub has answered, so that a second press after silence counts once.
    pub async fn take_cash(&self, case: CaseId, amount: Fen) -> Reply<Cash> {
        let pressed = self.cash_pressed(&case, amount);
        let step = |hub: Hub, id: CaseId, fence| async move {
            hub.take_cash(id, TakeCash { fence, amount_fen: amount, id: pressed.id }).await
        };
        let answer = self.step(case, step).await;
        let silent = matches!(&answer, Err(problem) if problem.code == Code::HubUnreachable);
        if !silent {
            self.state().cash = None;
        }
        answer
    }

    fn cash_pressed(&self, case: &CaseId, amount: Fen) -> CashPressed {
        let mut state = self.state();
        if let Some(before) = &state.cash
            && before.case == *case
            && before.amount == amount
        {
            return before.clone();
        }
        let pressed = CashPressed { case: case.clone(), amount, id: OrderId::new().to_string() };
        state.cash = Some(pressed.clone());
        pressed
    }

    fn format_of(&self, file: &SiteFile) -> Reply<SiteFormat> {
        let ending = file.name.rsplit('.').next().unwrap_or_default();
        let format = match ending.to_ascii_lowercase().as_str() {
            "toml" => SiteFormat::Toml,
            "csv" => SiteFormat::Csv,
            "xlsx" => SiteFormat::Xlsx,
            _ => return Err(self.no_site_file()),
        };
        let empty = file.bytes.is_empty() || file.bytes.len() > LARGEST;
        let nameless = format != SiteFormat::Toml && file.table.is_none();
        if empty || nameless {
            return Err(self.no_site_file());
        }
        Ok(format)
    }

    fn no_site_file(&self) -> Box<Problem> {
        self.problem(
            Code::Invalid,
            ("文件不能导入", "Not a file of the site"),
            (
                "请选站点文件（.toml），或某一类的 CSV、XLSX 表格，不超过 64 MB。",
                "Choose a site file (.toml), or a CSV or XLSX sheet of one kind, up to 64 MB.",
            ),
        )
    }
}
