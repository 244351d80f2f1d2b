"""What people read for the identifiers of the office, in Vietnamese; en.po has the English."""

from collections.abc import Mapping

CLASSIFICATION = {
    "none": "Không mật",
    "confidential": "Mật",
    "secret": "Tối mật",
    "top_secret": "Tuyệt mật",
}
URGENCY = {
    "normal": "Thường",
    "urgent": "Khẩn",
    "very_urgent": "Thượng khẩn",
    "immediate": "Hỏa tốc",
}
DIRECTION = {"outgoing": "Văn bản đi", "incoming": "Văn bản đến", "internal": "Văn bản nội bộ"}
ROLE = {
    "officer": "Chuyên viên",
    "unit_head": "Lãnh đạo đơn vị",
    "office_chief": "Chánh Văn phòng",
    "leader": "Lãnh đạo cơ quan",
    "registry_clerk": "Văn thư cơ quan",
    "archivist": "Lưu trữ viên",
    "inspector": "Kiểm tra viên",
    "administrator": "Quản trị hệ thống",
}
ORIGIN = {
    "uploaded": "Tệp tải lên",
    "drafted": "Soạn theo mẫu",
    "rendered": "Bản PDF chuyển đổi",
    "signed": "Bản đã ký số",
    "sealed": "Bản đã đóng dấu",
    "received": "Nhận liên thông",
    "proven": "Bản thêm dấu thời gian",
}
MEDIA = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
}
DISPATCH = {
    "queued": "Chờ gửi",
    "sent": "Đã gửi",
    "arrived": "Đã đến nơi nhận",
    "rejected": "Bị từ chối tiếp nhận",
    "accepted": "Đã tiếp nhận",
    "assigned": "Đã phân công",
    "processing": "Đang giải quyết",
    "completed": "Đã giải quyết xong",
    "recalled": "Đã thu hồi",
    "failed": "Gửi không được",
}
VERDICT = {
    "valid": "Hợp lệ",
    "indeterminate": "Chưa đủ căn cứ kết luận",
    "invalid": "Không hợp lệ",
}
CERTIFICATE = {
    "good": "Còn hiệu lực",
    "revoked": "Đã bị thu hồi",
    "expired": "Ngoài thời hạn hiệu lực",
    "untrusted": "Không thuộc danh sách tin cậy",
    "unknown": "Chưa xác định được",
}
SIGNATURE_ROLE = {
    "leader": "Ký phê duyệt",
    "agency": "Ký số cơ quan",
    "copy": "Ký sao",
    "annex": "Ký phụ lục",
    "initials": "Ký nháy",
    "timestamp": "Dấu thời gian",
}
COVERS = {
    "whole-file": "Toàn bộ tệp",
    "revision": "Toàn bộ tệp tại thời điểm ký",
    "unclear": "Không rõ",
}
TIME_SOURCE = {
    "timestamp": "theo dấu thời gian của bên thứ ba",
    "claimed": "theo đồng hồ của người ký, chưa được chứng thực",
    "": "không có thời điểm",
}
LATER = {
    "form-filling": "Điền trường biểu mẫu (số, ngày)",
    "signature": "Thêm một chữ ký",
    "timestamp": "Thêm dấu thời gian",
    "validation-data": "Thêm dữ liệu để kiểm tra lâu dài",
    "other": "Thay đổi khác",
}
REASON = {
    "no-signature": "Tệp không có chữ ký số nào.",
    "unsigned-changes": "Sau chữ ký cuối cùng còn thay đổi mà không ai ký.",
    "damaged": "Cấu trúc tệp bị hỏng hoặc bị can thiệp.",
    "encrypted": "Tệp được mã hóa nên không đọc được chữ ký.",
    "hybrid-references": "Tệp có hai bảng tham chiếu; chương trình khác có thể hiện nội dung khác.",
    "tail": "Phần cuối tệp không khớp với chữ ký cuối cùng.",
    "unparsable": "Không đọc được cấu trúc của chữ ký này.",
    "reader-failed": "Bộ đọc chữ ký không làm việc được với tệp này.",
    "byte-range": "Phạm vi byte được ký không đúng tiêu chuẩn.",
    "coverage": "Chữ ký không bao trùm phần tệp mà nó phải bao trùm.",
    "locked-field-changed": "Trường đã khóa bị thay đổi sau khi ký.",
    "forbidden-changes": "Có thay đổi mà người ký không cho phép.",
    "field-changed": "Một trường đã có nội dung bị ghi lại sau khi ký.",
    "changed-after-signing": "Nội dung bị thay đổi sau khi ký.",
    "format-unsupported": "Định dạng chữ ký không được hỗ trợ.",
    "certificate-expired": "Chứng thư ngoài thời hạn hiệu lực vào lúc ký.",
    "certificate-unfit": "Chứng thư không dùng được để ký văn bản.",
    "revocation-unknown": "Chưa biết chứng thư có bị thu hồi hay không.",
    "revoked": "Chứng thư của người ký đã bị thu hồi.",
    "issuer-revoked": "Chứng thư của nơi cấp đã bị thu hồi.",
    "untrusted": "Nơi cấp chứng thư không thuộc danh sách tin cậy.",
    "algorithm-weak": "Thuật toán mật mã quá yếu.",
    "timestamp-broken": "Dấu thời gian không hợp lệ.",
    "timestamp-in-future": "Dấu thời gian ở tương lai.",
    "timestamp-expired": "Chứng thư của dấu thời gian đã hết hạn và không được gia hạn trước đó.",
    "timestamp-weak": "Thuật toán của dấu thời gian đã quá hạn tin cậy và không được gia hạn.",
    "timestamp-revocation-unknown": "Chưa biết chứng thư dấu thời gian có bị thu hồi hay không.",
    "timestamp-revoked": "Chứng thư của cơ quan cấp dấu thời gian đã bị thu hồi.",
    "cms-malformed": "Dữ liệu chữ ký sai cấu trúc.",
    "digest-mismatch": "Nội dung không khớp với giá trị băm đã ký.",
    "signature-mismatch": "Giá trị chữ ký không khớp với chứng thư.",
}
JOB = {
    "read": "Đọc chữ trong tệp",
    "index": "Lập chỉ mục tìm kiếm",
    "notify": "Gửi thư báo",
    "remind": "Gửi thư nhắc hạn",
    "carry": "Chuyển tới nơi nhận",
    "report": "Báo trạng thái cho nơi gửi",
    "prove": "Lấy dấu thời gian cho chữ ký",
}
EVENT = {
    "office:founded": "Lập cơ quan",
    "step:reminded": "Nhắc hạn",
    "step:escalated": "Chuyển lên cấp trên vì quá hạn",
    "work:handed-over": "Bàn giao khi thôi chức vụ",
    "delegation:given": "Ghi ủy quyền",
    "delegation:revoked": "Chấm dứt ủy quyền",
    "calendar:changed": "Thay đổi lịch làm việc",
    "office:copied": "Sao lưu",
    "office:restored": "Khôi phục từ bản sao lưu",
    "person:changed": "Thay đổi người dùng hoặc đơn vị",
    "person:known": "Đăng nhập",
    "person:unknown": "Đăng nhập không thành công",
    "document:received": "Tiếp nhận văn bản",
    "document:drafted": "Soạn dự thảo theo mẫu",
    "document:revised": "Tải phiên bản mới",
    "document:viewed": "Xem văn bản",
    "document:submitted": "Trình",
    "step:approved": "Duyệt",
    "step:returned": "Trả lại",
    "step:refused": "Từ chối",
    "step:recalled": "Thu hồi",
    "step:assigned": "Bút phê, phân công",
    "step:completed": "Báo cáo đã giải quyết",
    "step:closed": "Kết thúc",
    "document:signed": "Ký số",
    "signature:requested": "Yêu cầu ký bằng thiết bị của người ký",
    "signature:rejected": "Chữ ký gửi về bị từ chối",
    "certificate:registered": "Đăng ký chứng thư",
    "certificate:removed": "Gỡ chứng thư",
    "key:settled": "Quy định khóa ký",
    "document:numbered": "Vào sổ",
    "document:sealed": "Cấp số, ghi ngày và đóng dấu",
    "document:proven": "Thêm dấu thời gian cho chữ ký",
    "document:dispatched": "Phát hành",
    "document:delivered": "Cập nhật tình trạng gửi",
    "document:archived": "Lưu trữ",
    "number:cancelled": "Hủy số",
    "number:reserved": "Giữ số",
    "number:voided": "Hủy số giữ",
    "definition:adopted": "Áp dụng phiên bản quy trình",
    "egress:refused": "Chặn gửi ra ngoài",
    "register:printed": "In sổ đăng ký",
    "register:closed": "Khóa sổ đăng ký",
    "job:retried": "Cho thử lại việc bị bỏ dở",
    "job:hurried": "Cho thử ngay việc đang chờ",
}
PART = {"number": "Số", "date": "Ngày ban hành", "signature": "Chữ ký", "seal": "Con dấu"}
HINT = {
    "approve": "Đồng ý với đúng bản đang hiển thị và chuyển sang bước sau.",
    "return": "Trả về để sửa hoặc xem lại; văn bản vẫn tiếp tục. Phải nêu lý do.",
    "refuse": "Dừng hẳn tại đây, không sửa và không trình lại được. Phải nêu lý do.",
    "recall": "Lấy lại việc bạn vừa làm khi người sau chưa xử lý.",
    "sign": "Chữ ký số của bạn được gắn vào đúng bản đang hiển thị.",
    "seal": "Số kế tiếp trong sổ, ngày hôm nay và con dấu được ghi trong một lần.",
    "dispatch": "Gửi bản đã đóng dấu tới các nơi nhận được chọn. Đã gửi thì không tự lấy lại được.",
    "archive": "Kiểm tra mọi chữ ký, đóng gói và đóng băng văn bản.",
    "cancel": "Số đã cấp vẫn nằm trong sổ, ghi rõ đã hủy và lý do.",
    "close": "Kết thúc việc xử lý văn bản này.",
    "assign": "Giao người hoặc đơn vị chủ trì giải quyết.",
    "complete": "Báo cáo kết quả giải quyết cho lãnh đạo.",
    "number": "Cấp số đến kế tiếp trong sổ và ghi ngày đến hôm nay.",
}
OUTCOME = {
    "passed": "Đã chuyển",
    "kept": "Vẫn ở người cùng chức vụ",
    "stuck": "Chưa chuyển được",
}
CAPACITY = {
    "KT.": "KT. - ký thay (cấp phó thay người đứng đầu)",
    "TL.": "TL. - thừa lệnh (theo quy chế, được giao lại cho cấp phó)",
    "TUQ.": "TUQ. - thừa ủy quyền (bằng văn bản, không được ủy quyền lại)",
    "Q.": "Q. - quyền người đứng đầu",
}
WEEKDAY = {
    "0": "Thứ Hai",
    "1": "Thứ Ba",
    "2": "Thứ Tư",
    "3": "Thứ Năm",
    "4": "Thứ Sáu",
    "5": "Thứ Bảy",
    "6": "Chủ nhật",
}
KEEPER = {
    "file": "Tệp khóa trên máy chủ",
    "token": "Thiết bị PKCS#11",
    "remote": "Nhà cung cấp ký số từ xa",
    "device": "Thiết bị riêng của người ký",
}
PLACE = {
    "desk": "Bàn làm việc",
    "documents": "Văn bản",
    "beginning": "Tạo văn bản",
    "registers": "Sổ đăng ký",
    "finding": "Tìm kiếm",
    "archive": "Lưu trữ",
    "delegations": "Ủy quyền",
    "calendar": "Lịch làm việc",
    "checking": "Kiểm tra chữ ký",
    "proofs": "Bằng chứng chữ ký",
    "audit": "Nhật ký",
    "admin": "Quản trị",
}
FACET = {
    "type": "Loại văn bản",
    "direction": "Luồng văn bản",
    "unit": "Đơn vị",
    "state": "Trạng thái",
    "year": "Năm",
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "classification": CLASSIFICATION,
    "urgency": URGENCY,
    "direction": DIRECTION,
    "role": ROLE,
    "origin": ORIGIN,
    "media": MEDIA,
    "dispatch": DISPATCH,
    "verdict": VERDICT,
    "certificate": CERTIFICATE,
    "covers": COVERS,
    "signature_role": SIGNATURE_ROLE,
    "time_source": TIME_SOURCE,
    "later": LATER,
    "reason": REASON,
    "event": EVENT,
    "job": JOB,
    "part": PART,
    "hint": HINT,
    "keeper": KEEPER,
    "place": PLACE,
    "capacity": CAPACITY,
    "outcome": OUTCOME,
    "weekday": WEEKDAY,
    "facet": FACET,
}
